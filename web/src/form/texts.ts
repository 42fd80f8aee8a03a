import { defineTexts } from "@/i18n";

export const texts = defineTexts({
  en: {
    cancel: "Cancel",
    discard: "Discard changes",
    noAnswer: "The server does not answer",
    noAnswerText: "Nothing was lost: what you typed is still here. Send it again when the connection is back.",
    optional: "Optional",
    reload: "Load it",
    request: "Request",
    staleText: "Your changes were not saved, so that theirs are not overwritten. Load the newest version to go on.",
    staleTitle: "Somebody else changed this meanwhile",
    throttled: "Too many attempts",
    throttledText: "Try again in {seconds|# second|# seconds}. What you typed stays.",
    unsavedText: "What you typed has not been saved.",
    unsavedTitle: "Discard your changes?",
  },
  zh: {
    cancel: "取消",
    discard: "放弃更改",
    noAnswer: "服务器没有响应",
    noAnswerText: "已填写的内容仍在，连接恢复后请重新提交。",
    optional: "可选",
    reload: "加载最新版本",
    request: "请求",
    staleText: "为避免覆盖他人的更改，您的更改未保存。请加载最新版本后再编辑。",
    staleTitle: "其他人已更改此内容",
    throttled: "尝试次数过多",
    throttledText: "请在 {seconds|# 秒}后重试，已填写的内容会保留。",
    unsavedText: "您填写的内容尚未保存。",
    unsavedTitle: "放弃更改？",
  },
});
