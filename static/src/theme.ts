// Sets the theme that the person chose, before anything is painted.
try {
  const theme = localStorage.getItem('theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage is not allowed: the system's theme it is.
}

// Where scripts run, what a page shows without them is not laid out only to be thrown away: unless one of them does not come.
const root = document.documentElement;
root.classList.add('scripted');
addEventListener('error', (e) => e.target instanceof HTMLScriptElement && root.classList.remove('scripted'), true);
