// Behaviour shared by all pages. Everything works without it; nothing is stored in the browser.
"use strict";

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => Array.from(root.querySelectorAll(selector));
const FIELDS = "input:not([type=hidden]):not([disabled]), select:not([disabled]), textarea:not([disabled])";
const announce = (text) => { $("#announce").textContent = text; };

// --- Keyboard ---------------------------------------------------------------------------------
document.addEventListener("keydown", (event) => {
  const target = event.target;
  const typing = target.matches("input, select, textarea, [contenteditable]");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.altKey) {
    const search = $("main [data-search]") || $("[data-search]");
    if (search) { event.preventDefault(); search.focus(); search.select(); }
  } else if (event.key === "Escape") {
    $$("details[data-menu][open]").forEach((menu) => { menu.open = false; $("summary", menu).focus(); });
  } else if (event.altKey && !event.ctrlKey && event.key.length === 1) {
    const button = $(`[data-shortcut="${CSS.escape(event.key.toLowerCase())}"]:not([disabled])`);
    if (button && !$("dialog[open]")) { event.preventDefault(); button.focus(); button.click(); }
  } else if (event.key === "Enter" && event.ctrlKey && target.form) {
    event.preventDefault();
    const submit = $("button[type=submit], button:not([type])", target.form);
    if (submit) submit.click();
  } else if (event.key === "Enter" && !event.isComposing && target.form?.dataset.enter === "next"
      && target.matches("input:not([type=submit]), select")) {
    event.preventDefault();
    const fields = $$(`${FIELDS}, button`, target.form).filter((field) => field.offsetParent && field.tabIndex >= 0);
    fields[fields.indexOf(target) + 1]?.focus();
  } else if (event.key === "F9") {
    const form = target.closest?.("[data-autosave]") || $("[data-autosave]");
    if (form) { event.preventDefault(); autosave(form); }
  }
});

// --- Menus ------------------------------------------------------------------------------------
document.addEventListener("click", (event) => {
  $$("details[data-menu][open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  if (event.target.closest("[data-toggle-menu]")) {
    event.preventDefault();
    const narrow = window.matchMedia("(max-width: 991.98px)").matches;
    document.body.classList.toggle(narrow ? "sidebar-open" : "sidebar-collapse");
  }
});

// --- Confirmation of weighty acts -----------------------------------------------------------------
let confirmed = null;
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-confirm]");
  if (!button || button === confirmed) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (button.form && !button.form.noValidate && !button.form.reportValidity()) return;
  ask(button);
}, true);

function ask(button) {
  const dialog = $("#confirm");
  const { confirmTitle, confirmText, confirmButton, confirmType } = button.dataset;
  const [yes, typed] = [$("#confirm-yes"), $("#confirm-typed")];
  const chosen = button.form && $("[data-bulk-bar]", button.form);
  const figures = chosen ? `\n${$("[role=status]", chosen).textContent.trim().replace(/\s+/g, " ")}` : "";
  $("#confirm-title").textContent = confirmTitle || button.textContent.trim();
  $("#confirm-text").textContent = (confirmText || "") + figures;
  yes.textContent = confirmButton || button.textContent.trim();
  yes.className = button.matches(".btn-outline-danger, .btn-danger") ? "btn btn-outline-danger" : "btn btn-primary";
  $("#confirm-check").hidden = !confirmType;
  $("#confirm-wanted").textContent = confirmType || "";
  typed.value = "";
  const check = () => { yes.disabled = Boolean(confirmType) && typed.value.trim() !== confirmType; };
  typed.oninput = check;
  typed.onkeydown = (event) => { if (event.key === "Enter") { event.preventDefault(); yes.click(); } };
  check();
  dialog.onclose = () => {
    button.focus();
    if (dialog.returnValue !== "yes") return;
    confirmed = button;
    button.click();
    confirmed = null;
  };
  dialog.returnValue = "back";
  dialog.showModal();
  (confirmType ? typed : $("button[value=back]", dialog)).focus();
}

// --- Unsaved input, drafts ------------------------------------------------------------------------
document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (!form) return;
  if ("guard" in form.dataset) form.dataset.dirty = "1";
  if ("autosave" in form.dataset) {
    clearTimeout(form.autosaveTimer);
    form.autosaveTimer = setTimeout(() => autosave(form), 1200);
  }
});
document.addEventListener("submit", (event) => { delete event.target.dataset.dirty; });
window.addEventListener("beforeunload", (event) => { if ($("form[data-dirty]")) event.preventDefault(); });

function autosave(form) {
  clearTimeout(form.autosaveTimer);
  const target = $("[data-autosave-status]", form) || $("#announce");
  htmx.ajax("POST", form.dataset.autosave, { source: form, target, swap: "innerHTML" })
    .then(() => { delete form.dataset.dirty; });
}

// --- Ticked rows ----------------------------------------------------------------------------------
document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (!form || !$("[data-bulk-bar]", form)) return;
  if ("selectAll" in event.target.dataset) {
    $$(".tick input:not([data-select-all]):not([disabled])", form).forEach((box) => { box.checked = event.target.checked; });
  }
  countTicked(form);
});

function countTicked(form) {
  const boxes = $$(".tick input:not([data-select-all])", form);
  const ticked = boxes.filter((box) => box.checked);
  const all = $("[data-select-all]", form);
  if (all) {
    all.checked = ticked.length > 0 && ticked.length === boxes.length;
    all.indeterminate = ticked.length > 0 && !all.checked;
  }
  const sum = ticked.reduce((total, box) => total + cents(box.dataset.amount || "0"), 0n);
  $("[data-bulk-bar]", form).hidden = ticked.length === 0;
  $("[data-bulk-count]", form).textContent = ticked.length;
  $("[data-bulk-amount]", form).hidden = !boxes.some((box) => box.dataset.amount);
  $("[data-bulk-sum]", form).textContent =
    `¥${(sum / 100n).toString().replace(/\B(?=(\d{3})+$)/g, ",")}.${String(sum % 100n).padStart(2, "0")}`;
}

// --- Amounts --------------------------------------------------------------------------------------
function cents(text) {
  const match = /^(\d{1,12})(?:\.(\d{1,2}))?$/.exec(text.replace(/[,,¥\s]/g, ""));
  return match ? BigInt(match[1]) * 100n + BigInt((match[2] || "").padEnd(2, "0")) : null;
}

function capital(value) {
  const [digits, units, groups] = ["零壹贰叁肆伍陆柒捌玖", ["仟", "佰", "拾", ""], ["", "万", "亿"]];
  const whole = String(value / 100n).padStart(12, "0");
  const [jiao, fen] = [Number((value / 10n) % 10n), Number(value % 10n)];
  let text = "";
  let gap = false;
  Array.from(whole).forEach((digit, place) => {
    if (digit === "0") {
      gap = gap || text !== "";
    } else {
      text += (gap ? "零" : "") + digits[digit] + units[place % 4];
      gap = false;
    }
    if (place % 4 === 3 && Number(whole.slice(place - 3, place + 1))) {
      text += groups[2 - (place - 3) / 4];
      gap = false;
    }
  });
  if (text) text += "元";
  if (!jiao && !fen) return `人民币${text || "零元"}整`;
  if (text && ((jiao && whole.endsWith("0")) || !jiao)) text += "零";
  return `人民币${text}${jiao ? `${digits[jiao]}角` : ""}${fen ? `${digits[fen]}分` : "整"}`;
}

function showCapital(output) {
  const value = cents(document.getElementById(output.dataset.capitalFor)?.value || "");
  output.textContent = value === null ? "" : capital(value);
}
document.addEventListener("input", (event) => {
  $$("[data-capital-for]").filter((output) => output.dataset.capitalFor === event.target.id).forEach(showCapital);
});

// --- Files: the browser's own button speaks the browser's language ------------------------------------
const NO_FILE = "未选择文件";

function dressFile(input) {
  const pick = document.createElement("span");
  pick.className = "file-pick form-control";
  pick.innerHTML = '<span class="btn btn-sm btn-outline-secondary" aria-hidden="true">选择文件</span><span class="file-name" aria-hidden="true"></span>';
  $(".file-name", pick).textContent = NO_FILE;
  input.before(pick);
  pick.append(input);
}
document.addEventListener("change", (event) => {
  const name = event.target.closest?.(".file-pick")?.querySelector(".file-name");
  if (name) name.textContent = Array.from(event.target.files, (file) => file.name).join("、") || NO_FILE;
});

// --- After loading and after each htmx swap -----------------------------------------------------------
function prepare(root) {
  $$("[data-shortcut]", root).forEach((button) => {
    button.dataset.keys = `Alt+${button.dataset.shortcut.toUpperCase()}`;
    button.setAttribute("aria-keyshortcuts", button.dataset.keys);
  });
  $$("[data-capital-for]", root).forEach(showCapital);
  $$("input[type=file]", root).forEach(dressFile);
  $$("[data-bulk-bar]", root).forEach((bar) => countTicked(bar.closest("form")));
  $$("[data-reveal]", root).concat(root.matches?.("[data-reveal]") ? [root] : []).forEach((value) => {
    setTimeout(() => { value.textContent = value.dataset.reveal; announce("已重新隐藏"); }, 60000);
  });
  const focus = $("[data-error-summary]", root) || $("[data-focus]", root);
  if (focus) focus.focus();
}
document.addEventListener("DOMContentLoaded", () => prepare(document));
document.addEventListener("htmx:load", (event) => { if (event.target !== document.body) prepare(event.target); });
document.addEventListener("htmx:afterSettle", (event) => {
  const said = event.target.id === "list" && $(".list-bar .muted, .empty-title", event.target);
  if (said) announce(said.textContent.trim());
});
document.addEventListener("htmx:responseError", () => announce("操作未成功，请稍后重试"));
document.addEventListener("htmx:sendError", () => announce("网络连接失败，请稍后重试"));
