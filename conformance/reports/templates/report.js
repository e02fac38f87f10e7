"use strict";
const page = document.documentElement;
const list = [...document.querySelectorAll(".requirement")];
const form = document.getElementById("filters");
const section = document.getElementById("section");
const text = document.getElementById("text");

function speak(lang) {
  page.dataset.lang = lang;
  for (const button of document.querySelectorAll("[data-set-lang]")) {
    const chosen = button.dataset.setLang === lang;
    button.setAttribute("aria-pressed", String(chosen));
    if (chosen) page.lang = button.lang;
  }
  for (const one of document.querySelectorAll("[data-attribute]")) {
    one.setAttribute(one.dataset.attribute, one.dataset[lang]);
  }
}

const words = new Map(
  list.map((one) => [one, one.querySelector("summary").textContent.toLowerCase()])
);

function checked(name) {
  const boxes = form.querySelectorAll(`input[name="${name}"]:checked`);
  return new Set([...boxes].map((box) => box.value));
}

function filter() {
  const levels = checked("level");
  const outcomes = checked("outcome");
  const wanted = text.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const one of list) {
    const fits =
      (!section.value || one.dataset.section === section.value) &&
      levels.has(one.dataset.level) &&
      outcomes.has(one.dataset.outcome) &&
      wanted.every((word) => words.get(one).includes(word));
    one.hidden = !fits;
    shown += fits;
  }
  document.getElementById("none").hidden = shown > 0;
  document.getElementById("shown").textContent =
    shown === list.length ? shown : `${shown} / ${list.length}`;
}

function follow() {
  const wanted = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!wanted || !wanted.matches(".requirement")) return;
  if (wanted.hidden) {
    form.reset();
    filter();
  }
  wanted.open = true;
  wanted.scrollIntoView();
  wanted.querySelector("summary").focus({ preventScroll: true });
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
  if (button.dataset.setLang) speak(button.dataset.setLang);
  else if (button.dataset.onlySection) {
    form.reset();
    section.value = button.dataset.onlySection;
    filter();
  } else copy(button);
});
form.addEventListener("input", filter);
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", () => setTimeout(filter));
addEventListener("hashchange", follow);

const opened = new Set();
addEventListener("beforeprint", () => {
  for (const one of list) {
    if (one.open || one.hidden || one.dataset.outcome !== "failed") continue;
    opened.add(one);
    one.open = true;
  }
});
addEventListener("afterprint", () => {
  for (const one of opened) one.open = false;
  opened.clear();
});

speak(page.dataset.lang);
follow();
