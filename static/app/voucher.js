// The voucher entry grid: live totals, `=` fills the difference, more rows. Uses app.js's helpers
// $, $$, cents, capital, announce. Without it the grid has its fixed rows and the server adds up.
"use strict";

const grid = $("[data-entry]");
const sideFields = (side) => $$(`[data-side="${side}"]`, grid);
const valueOf = (field) => cents(field.value.trim()) || 0n;
const sumOf = (side) => sideFields(side).reduce((sum, field) => sum + valueOf(field), 0n);
const shown = (value) => {
  const sign = value < 0n ? "−" : "";
  const size = value < 0n ? -value : value;
  return `${sign}${(size / 100n).toString().replace(/\B(?=(\d{3})+$)/g, ",")}.${String(size % 100n).padStart(2, "0")}`;
};

function showTotals() {
  const [debit, credit] = [sumOf("debit"), sumOf("credit")];
  $('[data-entry-total="debit"]', grid).textContent = shown(debit);
  $('[data-entry-total="credit"]', grid).textContent = shown(credit);
  const isBalanced = debit === credit && debit > 0n;
  $("[data-entry-capital]", grid).textContent = isBalanced ? capital(debit) : "";
  const state = $("[data-entry-state]", grid);
  state.textContent = isBalanced ? "借贷平衡" : `借贷相差 ${shown(debit - credit)}`;
  state.className = isBalanced ? "tag tag-green" : "tag tag-amber";
}

function fillDifference(field) {
  const other = field.dataset.side === "debit" ? "credit" : "debit";
  const rest = sumOf(other) - (sumOf(field.dataset.side) - valueOf(field));
  if (rest <= 0n) { announce("没有需要补足的差额"); return; }
  field.value = shown(rest).replaceAll(",", "");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function addRow() {
  const total = $('[name="line-TOTAL_FORMS"]', grid);
  const rows = $$("[data-entry-row]", grid);
  const [last, next] = [rows[rows.length - 1], rows.length];
  const row = last.cloneNode(true);
  $$(".field-error", row).forEach((error) => error.remove());
  $$("input, select", row).forEach((field) => {
    field.name = field.name.replace(/^line-\d+-/, `line-${next}-`);
    field.id = field.id.replace(/^id_line-\d+-/, `id_line-${next}-`);
    field.value = "";
    field.classList.remove("is-invalid");
  });
  last.after(row);
  total.value = next + 1;
  $("input", row).focus();
}

if (grid) {
  grid.addEventListener("input", showTotals);
  grid.addEventListener("keydown", (event) => {
    const field = event.target;
    if ((event.key === "=" || event.key === "＝") && field.dataset.side) {
      event.preventDefault();
      fillDifference(field);
    }
  });
  const add = $("[data-entry-add]", grid);
  add.hidden = false;
  add.addEventListener("click", addRow);
  showTotals();
}
