// Claims: what the numbers typed say, points answered with 1, 2, 3, where the focus goes, and the
// filters that go along from a list to the queue.
"use strict";

// --- The identity number fills birth date and sex --------------------------------------------------
const halfWidth = (text) => text.normalize("NFKC").replace(/\s+/g, "").toUpperCase();
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

// A day that exists, as 2026-11-21, or nothing.
function realDay(digits) {
  const [year, month, day] = [digits.slice(0, 4), digits.slice(4, 6), digits.slice(6, 8)];
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  const text = `${year}-${month}-${day}`;
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text) ? text : "";
}

// What an identity number says: {birth, sex} or {problem}; nothing while it is being typed.
function readIdentity(text) {
  const number = halfWidth(text);
  if (number.length < 18) return {};
  if (!/^\d{17}[\dX]$/.test(number)) return { problem: "应为18位，前17位为数字，末位为数字或X" };
  const sum = WEIGHTS.reduce((total, weight, place) => total + weight * Number(number[place]), 0);
  if ("10X98765432"[sum % 11] !== number[17]) return { problem: "校验位不正确，请核对" };
  const birth = realDay(number.slice(6, 14));
  return birth ? { birth, sex: Number(number[16]) % 2 ? "男" : "女" } : { problem: "出生日期不存在，请核对" };
}

function showIdentity(input) {
  const { birth = "", sex = "", problem = "" } = readIdentity(input.value);
  const hint = hintOf(input);
  // What was refused and not touched since has its error above already, in the server's words.
  const isRefused = input.value === input.defaultValue && input.classList.contains("is-invalid");
  hint.textContent = isRefused ? "" : problem;
  if (birth && !document.querySelector(`[data-identity-birth="${input.id}"]`)) hint.textContent = `${sex}，${birth}`;
  hint.classList.toggle("field-error", Boolean(problem) && !isRefused);
  document.querySelectorAll(`[data-identity-birth="${input.id}"]`).forEach((output) => { output.textContent = birth || "—"; });
  document.querySelectorAll(`[data-identity-sex="${input.id}"]`).forEach((output) => { output.textContent = sex || "—"; });
}

// The line under a field that says what its value means; read out when it changes.
function hintOf(input) {
  const field = input.closest(".field");
  let hint = field.querySelector("output.hint");
  if (!hint) {
    hint = Object.assign(document.createElement("output"), { className: "hint help" });
    hint.setAttribute("for", input.id);
    field.append(hint);
  }
  return hint;
}

// --- The account number tells its bank ----------------------------------------------------------------
function showBank(input) {
  const number = halfWidth(input.value);
  const banks = JSON.parse(input.dataset.banks);
  const name = input.form.elements.bank_name;
  const bank = banks[number.slice(0, 6)] || "";
  const isOurs = !name.value || name.value === input.dataset.recognised;
  const hint = hintOf(input);
  if (number.length < 6) hint.textContent = "";
  else hint.textContent = bank ? `开户银行：${bank}` : "未能识别开户银行，请填写开户银行";
  if (isOurs) name.value = bank;
  input.dataset.recognised = bank;
}

// --- Days typed as 20261121 are shown as 2026-11-21 ---------------------------------------------------
document.addEventListener("change", (event) => {
  if (!event.target.matches?.("[data-day]")) return;
  const digits = halfWidth(event.target.value);
  if (/^\d{8}$/.test(digits)) event.target.value = realDay(digits) || event.target.value;
});
document.addEventListener("input", (event) => {
  if (event.target.matches?.("[data-identity]")) showIdentity(event.target);
  if (event.target.matches?.("[data-banks]")) showBank(event.target);
});

// --- Keys -----------------------------------------------------------------------------------------------
document.addEventListener("keydown", (event) => {
  const { target, key } = event;
  if (key === "F8") {
    const identity = document.querySelector("[data-identity]");
    if (identity) { event.preventDefault(); identity.focus(); identity.select(); }
  } else if (key === "Enter" && target.matches?.("[data-error-summary]")) {
    event.preventDefault();
    target.querySelector("a")?.click();
  } else if (target.type === "radio" && !event.ctrlKey && !event.altKey && !event.isComposing) {
    answer(event, target);
  }
}, true);

// A point takes 1, 2, 3 and goes on; Enter keeps what is chosen and goes on.
function answer(event, radio) {
  const group = radio.closest("[data-question], fieldset");
  const radios = Array.from(group.querySelectorAll("input[type=radio]"));
  const chosen = ["1", "2", "3"].includes(event.key) ? radios[Number(event.key) - 1] : null;
  if (!chosen && event.key !== "Enter") return;
  event.preventDefault();
  event.stopPropagation();
  if (chosen) {
    chosen.checked = true;
    ["input", "change"].forEach((kind) => chosen.dispatchEvent(new Event(kind, { bubbles: true })));
  }
  nextOf(group)?.focus();
}

// The next field after a group of radios; the notes of points are passed over.
function nextOf(group) {
  const fields = fieldsOf(group.querySelector("input").form);
  const after = fields.filter((field) => group.compareDocumentPosition(field) & Node.DOCUMENT_POSITION_FOLLOWING && !group.contains(field));
  return after.find((field) => !field.closest("[data-question]") || field.type === "radio");
}

// What the keyboard passes through: each field once, a group of radios at its answer or its first.
function fieldsOf(form) {
  const fields = Array.from(form.querySelectorAll("input:not([type=hidden]), select, textarea, button[type=submit]"));
  return fields.filter((field) => {
    if (field.disabled || field.tabIndex < 0 || !field.offsetParent) return false;
    if (field.type !== "radio") return true;
    const group = Array.from(form.elements[field.name].length ? form.elements[field.name] : [field]);
    return field === (group.find((radio) => radio.checked) || group[0]);
  });
}

// --- From a list to its queue: filters changed without a new page go along -----------------------------
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-keep-filters]");
  if (!link) return;
  const asked = new URLSearchParams(window.location.search);
  const isWaiting = (asked.get("tab") || "waiting") === "waiting";
  ["tab", "sort", "after", "before", "identity"].forEach((name) => asked.delete(name));
  const kept = Array.from(asked).filter(([, value]) => value);
  link.search = isWaiting ? new URLSearchParams(kept).toString() : "";
}, true);

// --- Where a page begins ---------------------------------------------------------------------------------
function firstToFill(form) {
  const fields = fieldsOf(form).filter((field) => field.tagName !== "BUTTON");
  const isOpen = (field) => (field.type === "radio"
    ? !Array.from(form.querySelectorAll(`[name="${field.name}"]`)).some((radio) => radio.checked)
    : !field.value);
  return fields.find((field) => field.required && isOpen(field))
    || fields.find((field) => field.closest("[data-question]")) || fields[0];
}

// Parts that only some answers need: the agent's fields, the words of a letter.
function showParts() {
  const agent = document.querySelector("[data-agent]");
  const mode = document.querySelector("[data-agent-form] [name=service_mode]");
  if (agent && mode) agent.hidden = mode.value === "IN_PERSON";
  const kind = document.querySelector("[name=kind]:checked")?.value;
  document.querySelectorAll("[data-kinds]").forEach((input) => {
    input.closest(".field").hidden = Boolean(kind) && !input.dataset.kinds.split(" ").includes(kind);
  });
}
document.addEventListener("change", (event) => {
  if (["service_mode", "kind"].includes(event.target.name)) showParts();
});
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-error-summary] a");
  const place = link && document.getElementById(link.hash.slice(1));
  if (!place) return;
  event.preventDefault();
  (place.matches("input, select, textarea") ? place : place.querySelector("input, select, textarea"))?.focus();
});
document.addEventListener("DOMContentLoaded", () => {
  showParts();
  document.querySelectorAll("[data-only-scripted]").forEach((part) => { part.hidden = false; });
  document.querySelectorAll("[data-identity]").forEach(showIdentity);
  document.querySelectorAll("[data-banks]").forEach((input) => { if (input.value) showBank(input); });
  if (document.querySelector("[data-error-summary]")) return;
  const form = document.querySelector("form[data-autosave], form[data-agent-form]");
  if (form) firstToFill(form)?.focus();
});
