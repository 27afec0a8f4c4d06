// How much of the file is sent.
(() => {
  "use strict";
  const sending = document.getElementById("sending");
  const sent = document.getElementById("sent");
  document.addEventListener("htmx:xhr:progress", (event) => {
    if (!event.detail.lengthComputable || !event.target.closest("[data-shows-sending]")) return;
    sending.hidden = event.detail.loaded === event.detail.total;
    sent.value = (100 * event.detail.loaded) / event.detail.total;
  });
  document.addEventListener("htmx:afterRequest", () => { sending.hidden = true; });
})();
