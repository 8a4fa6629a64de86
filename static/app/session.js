// Two minutes before the idle time-out a dialog offers to go on; what was typed stays where it is.
"use strict";

(() => {
  const dialog = document.getElementById("session-end");
  if (!dialog) return;
  const { url, seconds, warning } = dialog.dataset;
  const [clock, goOn, again] = ["clock", "on", "again"].map((name) => document.getElementById(`session-end-${name}`));
  let endsAt = Date.now() + Number(seconds) * 1000;
  let timer = null;

  const left = () => Math.max(0, Math.round((endsAt - Date.now()) / 1000));

  // How long the session still lasts, as the server says: another window may have been at work.
  async function ask(method) {
    const headers = { ...JSON.parse(document.body.getAttribute("hx-headers")), ...(method === "GET" && { Polling: "1" }) };
    const answer = await fetch(url, { method, headers, redirect: "manual" });
    if (!answer.ok) return 0;
    const { seconds_left: found, token } = await answer.json();
    document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
    document.querySelectorAll("input[name=csrfmiddlewaretoken]").forEach((field) => { field.value = token; });
    return found;
  }

  async function refresh(method) {
    try {
      endsAt = Date.now() + (await ask(method)) * 1000;
    } catch {
      // No connection: the time known so far goes on.
    }
    show();
  }

  function show() {
    clearTimeout(timer);
    const remaining = left();
    if (remaining > Number(warning)) {
      if (dialog.open) dialog.close();
      timer = setTimeout(() => refresh("GET"), (remaining - Number(warning)) * 1000 + 500);
      return;
    }
    if (!dialog.open) dialog.showModal();
    clock.textContent = remaining
      ? `${Math.floor(remaining / 60)}分${String(remaining % 60).padStart(2, "0")}秒后自动退出`
      : "已自动退出。本页内容仍在，请在新窗口登录后回到本页继续";
    goOn.hidden = remaining === 0;
    again.hidden = remaining > 0;
    timer = setTimeout(remaining ? show : () => refresh("GET"), remaining ? 1000 : 15000);
  }

  goOn.addEventListener("click", () => refresh("POST"));
  dialog.addEventListener("cancel", (event) => { event.preventDefault(); refresh("POST"); });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.requestConfig?.headers?.Polling) return;
    if (event.detail.successful && !dialog.open) { endsAt = Date.now() + Number(seconds) * 1000; show(); }
  });
  show();
})();
