// Runs before the first paint, so that a chosen theme does not flash. The same key stands in src/shell/preferences.ts.
try {
  const { theme, language } = JSON.parse(localStorage.getItem('lutra.preferences') ?? '{}');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  if (language === 'zh') document.documentElement.lang = 'zh-CN';
} catch {
  // without storage the system's choice holds
}
