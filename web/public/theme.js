// Runs before the first paint. Without a choice the style sheet follows the system by itself.
(() => {
  const root = document.documentElement;
  try {
    const theme = localStorage.getItem("tw.theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    const language = localStorage.getItem("tw.language") ?? navigator.language;
    root.lang = language.toLowerCase().startsWith("zh") ? "zh" : "en";
  } catch {
    // Storage may be forbidden; the system's theme and English are good enough then.
  }
})();
