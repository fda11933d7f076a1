// Puts the chosen theme on the document before the first paint, so that a dark room stays dark.
(function () {
  var theme = null;
  try { theme = localStorage.getItem("switchboard.theme"); } catch (error) { /* storage is closed to us */ }
  document.documentElement.setAttribute("data-theme", theme === "light" || theme === "dark" ? theme : "system");
})();

// A provider's sign-up ends in a small window at this address: its answer goes to the page that opened it.
if (location.pathname === "/settings/channels/connect" && /[?&]state=/.test(location.search)) {
  new BroadcastChannel("switchboard.signup").postMessage(location.search);
  window.close();
}
