export { LANGUAGES, type Language, language, locale, setLanguage, useLanguage } from "./language";
export { defineTexts, type PlainKey, type T, type Texts, translator, useTexts } from "./texts";
