// What a walked page is asked about itself. Added to every page before its own scripts.
"use strict";

window.walk = (() => {
  const INTERACTIVE = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
  const AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
  // The words of the house, not of a person or a day: they change only when the page is changed.
  const LABELS = "h1, h2, h3, th, dt, label, legend, .label, button, a.btn, .tabs a, .steps li, .page-actions a";
  const reached = new Set();
  let unringed = new Set();

  const words = (element) => (element.innerText || element.value || "").trim().replace(/\s+/g, " ");
  const isShown = (element) => element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0;
  const describe = (element) => {
    const name = element.getAttribute("aria-label") || element.name || words(element).slice(0, 20) || element.id;
    return `${element.tagName.toLowerCase()}${element.type ? `[${element.type}]` : ""} ${name}`;
  };
  // One of several radio buttons with a name takes the focus; the arrow keys go on from there.
  const stopOf = (element) => (element.type === "radio" ? `${element.form?.action} ${element.name}` : element);
  const stops = () => [...document.querySelectorAll(INTERACTIVE)]
    .filter((element) => !element.disabled && isShown(element) && !element.closest("[aria-hidden=true]"));

  document.addEventListener("focusin", ({ target }) => {
    reached.add(stopOf(target));
    const style = getComputedStyle(target);
    const isRinged = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    if (target.matches(INTERACTIVE) && !isRinged) unringed.add(describe(target));
  }, true);

  // A bar of a chart that only repeats the link of its figure need not be a stop of its own.
  const repeats = (element) => element.tabIndex < 0
    && [...document.links].some((link) => link.tabIndex >= 0 && link.getAttribute("href") === element.getAttribute("href"));

  // Which elements stick out furthest, innermost last.
  const widest = (place) => {
    const all = [...place.querySelectorAll("*")].filter((element) => !element.closest(".table-scroll") && isShown(element));
    const right = Math.max(...all.map((element) => element.getBoundingClientRect().right));
    return all.filter((element) => element.getBoundingClientRect().right > right - 1).map(describe).slice(-2).join(", ");
  };

  return {
    /** How many times Tab must be pressed to have been everywhere once. */
    countStops: () => new Set(stops().map(stopOf)).size,
    forgetFocus: () => { reached.clear(); unringed.clear(); document.activeElement?.blur(); },
    unreached: () => stops().filter((element) => !reached.has(stopOf(element)) && !repeats(element)).map(describe),
    unringed: () => [...unringed],
    /** What the focused element hides behind: a sticky bar, a dialog. */
    covered: () => stops().filter((element) => !element.matches('[role=region]')).filter((element) => {
      element.focus();
      const box = element.getBoundingClientRect();
      const [x, y] = [box.x + Math.min(box.width / 2, 8), box.y + box.height / 2];
      const top = document.elementFromPoint(x, y);
      return box.width > 1 && !(top && (element.contains(top) || top.contains(element) || element.labels && [...element.labels].some((label) => label.contains(top))));
    }).map(describe),
    /** What is wider than its room: the page, its main part; on a desk's screen a list, whose last column would hide. */
    wide: () => [document.scrollingElement, document.querySelector("main"), innerWidth < 1366 ? null : document.querySelector(".table-scroll:has(> .table-list)")]
      .filter((element) => element && element.scrollWidth > element.clientWidth + 1)
      .map((element) => `${element.tagName} is ${element.scrollWidth} wide in ${element.clientWidth}: ${widest(element)}`),
    labels: () => [...document.querySelectorAll(LABELS)]
      .filter((element) => element.closest("main") && isShown(element))
      .map((element) => words(element).replace(/[\d,.:¥-]+/g, "").trim())
      .filter(Boolean),
    violations: async () => {
      const { violations } = await axe.run(document, { runOnly: { type: "tag", values: AXE_TAGS }, resultTypes: ["violations"] });
      return violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`);
    },
  };
})();
