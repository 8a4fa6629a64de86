// Lists searched by typing: turns `<select data-search>` into a field with a list (ARIA combobox).
// The select stays the form's value; without this script it is used as it is.
"use strict";

const folded = (text) => text.normalize("NFKC").toLowerCase().replace(/\s+/g, "");

class Combobox {
  constructor(select) {
    this.select = select;
    this.options = Array.from(select.options).filter((option) => option.value);
    this.matches = [];
    this.active = -1;
    this.build();
    this.listen();
    this.show_chosen();
  }

  build() {
    const { select } = this;
    const label = document.querySelector(`label[for="${select.id}"]`);
    this.input = Object.assign(document.createElement("input"), {
      type: "text", id: select.id, className: select.className,
      autocomplete: "off", placeholder: "输入文字或代码查找", required: select.required,
    });
    this.list = Object.assign(document.createElement("ul"), { id: `${select.id}_options`, hidden: true, className: "combobox-list" });
    const named = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id };
    for (const name of ["aria-describedby", "aria-invalid"]) {
      if (select.hasAttribute(name)) named[name] = select.getAttribute(name);
    }
    for (const [name, value] of Object.entries(named)) this.input.setAttribute(name, value);
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", label ? label.firstChild.textContent.trim() : "选项");
    Object.assign(select, { id: `${select.id}_chosen`, tabIndex: -1 });
    select.setAttribute("aria-hidden", "true");
    select.classList.add("visually-hidden");
    const frame = Object.assign(document.createElement("div"), { className: "combobox" });
    select.before(frame);
    frame.append(this.input, this.list, select);
  }

  listen() {
    const { input } = this;
    input.addEventListener("input", () => this.search(input.value));
    input.addEventListener("focus", () => input.select());
    input.addEventListener("click", () => { if (this.list.hidden) this.search(""); });
    input.addEventListener("blur", () => this.show_chosen());
    input.addEventListener("keydown", (event) => this.key(event));
    this.list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const row = event.target.closest("[role=option]");
      if (row) this.choose(this.matches[Array.from(this.list.children).indexOf(row)]);
    });
    this.select.addEventListener("change", () => { if (document.activeElement !== input) this.show_chosen(); });
  }

  key(event) {
    if (event.isComposing) return;
    const isOpen = !this.list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!isOpen) this.search("");
      else this.mark(this.active + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter" && isOpen) {
      if (this.matches.length) this.choose(this.matches[this.active]);
      else { event.preventDefault(); event.stopPropagation(); }
    } else if (event.key === "Tab" && isOpen && this.matches.length) {
      this.choose(this.matches[this.active]);
    } else if (event.key === "Escape" && isOpen) {
      event.stopPropagation();
      this.show_chosen();
      this.input.select();
    }
  }

  // Those that begin with the words first, then those that contain them; codes count as words.
  search(words) {
    const wanted = folded(words);
    const keys = (option) => [folded(option.text), folded(option.dataset.code || "")];
    const begins = this.options.filter((option) => keys(option).some((key) => key.startsWith(wanted)));
    const contains = this.options.filter((option) => !begins.includes(option) && keys(option).some((key) => key.includes(wanted)));
    this.matches = [...begins, ...contains];
    this.list.replaceChildren(...this.matches.map((option, place) => this.row(option, place)));
    if (!this.matches.length) {
      const none = Object.assign(document.createElement("li"), { className: "muted", textContent: "没有匹配的选项" });
      none.setAttribute("role", "option");
      none.setAttribute("aria-disabled", "true");
      this.list.append(none);
      announce("没有匹配的选项");
    }
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    const chosen = this.matches.findIndex((option) => option.value === this.select.value);
    this.mark(wanted ? 0 : Math.max(chosen, 0));
  }

  row(option, place) {
    const row = Object.assign(document.createElement("li"), { id: `${this.list.id}_${place}`, textContent: option.text });
    row.setAttribute("role", "option");
    if (option.dataset.code) row.append(Object.assign(document.createElement("small"), { textContent: option.dataset.code }));
    return row;
  }

  mark(place) {
    const count = this.matches.length;
    this.active = count ? (place + count) % count : -1;
    Array.from(this.list.children).forEach((row, index) => row.setAttribute("aria-selected", String(index === this.active)));
    const row = this.list.children[this.active];
    if (row) {
      this.input.setAttribute("aria-activedescendant", row.id);
      row.scrollIntoView({ block: "nearest" });
    } else this.input.removeAttribute("aria-activedescendant");
  }

  choose(option) {
    this.select.value = option.value;
    this.show_chosen();
    this.select.dispatchEvent(new Event("input", { bubbles: true }));
    this.select.dispatchEvent(new Event("change", { bubbles: true }));
  }

  show_chosen() {
    const chosen = this.select.selectedOptions[0];
    this.input.value = chosen && chosen.value ? chosen.text : "";
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}

// Before app.js and claims.js look for the first field: they listen for the same event later.
document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("select[data-search]").forEach((select) => new Combobox(select));
});
