"use strict";
const page = document.documentElement;
const list = [...document.querySelectorAll(".requirement")];
const form = document.getElementById("filters");
const section = document.getElementById("section");
const text = document.getElementById("text");

function showLanguage(lang) {
  page.dataset.lang = lang;
  for (const button of document.querySelectorAll("[data-set-lang]")) {
    const isCurrent = button.dataset.setLang === lang;
    button.setAttribute("aria-pressed", String(isCurrent));
    if (isCurrent) page.lang = button.lang;
  }
  for (const element of document.querySelectorAll("[data-attribute]")) {
    element.setAttribute(element.dataset.attribute, element.dataset[lang]);
  }
}

const texts = new Map(
  list.map((item) => [item, item.querySelector("summary").textContent.toLowerCase()])
);

function checkedValues(name) {
  const boxes = form.querySelectorAll(`input[name="${name}"]:checked`);
  return new Set([...boxes].map((box) => box.value));
}

function filter() {
  const levels = checkedValues("level");
  const outcomes = checkedValues("outcome");
  const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const item of list) {
    const matches =
      (!section.value || item.dataset.section === section.value) &&
      levels.has(item.dataset.level) &&
      outcomes.has(item.dataset.outcome) &&
      words.every((word) => texts.get(item).includes(word));
    item.hidden = !matches;
    shown += matches;
  }
  document.getElementById("none").hidden = shown > 0;
  document.getElementById("shown").textContent =
    shown === list.length ? shown : `${shown} / ${list.length}`;
}

// Open the requirement that the address names, even if a filter hides it.
function openLinked() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target || !target.matches(".requirement")) return;
  if (target.hidden) {
    form.reset();
    filter();
  }
  target.open = true;
  target.scrollIntoView();
  target.querySelector("summary").focus({ preventScroll: true });
}

async function copy(button) {
  const code = button.parentElement.querySelector("code");
  const selection = getSelection();
  selection.selectAllChildren(code);
  try {
    await navigator.clipboard.writeText(code.textContent);
  } catch {
    document.execCommand("copy");
  }
  button.classList.add("done");
  const mark = document.createElement("span");
  mark.textContent = " ✓";
  button.append(mark);
  setTimeout(() => mark.remove(), 1500);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-set-lang], [data-copy], [data-only-section]");
  if (!button) return;
  if (button.dataset.setLang) showLanguage(button.dataset.setLang);
  else if (button.dataset.onlySection) {
    form.reset();
    section.value = button.dataset.onlySection;
    filter();
  } else copy(button);
});
form.addEventListener("input", filter);
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", () => setTimeout(filter));
addEventListener("hashchange", openLinked);

// Nothing can be clicked on paper, so printing opens every failure that is listed.
const opened = new Set();
addEventListener("beforeprint", () => {
  for (const item of list) {
    if (item.open || item.hidden || item.dataset.outcome !== "failed") continue;
    opened.add(item);
    item.open = true;
  }
});
addEventListener("afterprint", () => {
  for (const item of opened) item.open = false;
  opened.clear();
});

showLanguage(page.dataset.lang);
openLinked();
