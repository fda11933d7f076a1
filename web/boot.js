// Puts the chosen theme on the document before the first paint, so that a dark room stays dark.
(function () {
  var theme = null;
  try { theme = localStorage.getItem("switchboard.theme"); } catch (error) { /* storage is closed to us */ }
  document.documentElement.setAttribute("data-theme", theme === "light" || theme === "dark" ? theme : "system");
})();
