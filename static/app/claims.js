// The intake wizard: points answered with 1, 2, 3; the agent's fields only where there is an agent.
"use strict";

document.addEventListener("keydown", (event) => {
  const question = event.target.closest?.("[data-question]");
  if (!question || event.target.type !== "radio" || event.ctrlKey || event.altKey || event.isComposing) return;
  const radios = Array.from(question.querySelectorAll("input[type=radio]"));
  if (["1", "2", "3"].includes(event.key)) {
    event.preventDefault();
    const chosen = radios[Number(event.key) - 1];
    chosen.checked = true;
    chosen.dispatchEvent(new Event("input", { bubbles: true }));
    nextOf(question).focus();
  } else if (event.key === "Enter") {
    event.preventDefault();
    event.stopPropagation();
    nextOf(question).focus();
  }
}, true);

// The radio that carries the next point's answer, or the first; after the last point, the button.
function nextOf(question) {
  const next = question.nextElementSibling;
  if (!next?.matches("[data-question]")) return question.form.querySelector("button[type=submit]");
  return next.querySelector("input[type=radio]:checked") || next.querySelector("input[type=radio]");
}

function showAgent() {
  const agent = document.querySelector("[data-agent]");
  const mode = document.querySelector("[data-agent-form] [name=service_mode]");
  if (agent && mode) agent.hidden = mode.value === "IN_PERSON";
}
document.addEventListener("change", (event) => { if (event.target.name === "service_mode") showAgent(); });
document.addEventListener("DOMContentLoaded", () => {
  showAgent();
  if (document.querySelector("[data-error-summary]")) return;
  const form = document.querySelector("form[data-autosave]");
  form?.querySelector(".form-grid input:not([type=hidden]), .form-grid select, [data-question] input[type=radio]")?.focus({ preventScroll: true });
});
