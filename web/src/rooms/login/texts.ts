import { defineTexts } from "@/i18n";

export const texts = defineTexts({
  en: {
    email: "E-mail",
    missing: "Required",
    password: "Password",
    signIn: "Sign in",
    tagline: "One gateway for every AI call.",
    title: "Sign in",
    wrong: "E-mail or password is wrong.",
  },
  zh: {
    email: "电子邮箱",
    missing: "必填",
    password: "密码",
    signIn: "登录",
    tagline: "所有 AI 调用，一个网关。",
    title: "登录",
    wrong: "电子邮箱或密码错误。",
  },
});
