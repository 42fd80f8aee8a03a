import { defineTexts } from "@/i18n";

export const texts = defineTexts({
  en: {
    cancel: "Cancel",
    close: "Close",
    copied: "Copied",
    copy: "Copy",
    copyFailed: "Could not copy",
    dismiss: "Dismiss",
    hide: "Hide",
    keepsStored: "{stored} (stays unless you type a new one)",
    never: "Never",
    noAnswer: "No answer from the server. Try again when the connection is back.",
    notifications: "Notifications",
    show: "Show",
    typeName: "To confirm, type",
  },
  zh: {
    cancel: "取消",
    close: "关闭",
    copied: "已复制",
    copy: "复制",
    copyFailed: "无法复制",
    dismiss: "关闭",
    hide: "隐藏",
    keepsStored: "{stored}（不填则保持不变）",
    never: "从未",
    noAnswer: "服务器没有响应。请在连接恢复后重试。",
    notifications: "通知",
    show: "显示",
    typeName: "请输入以确认：",
  },
});
