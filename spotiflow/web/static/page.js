// Tooltips, arrow keys within a chart, theme, saved pictures, fresh numbers. Every page works without it.
"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("has-script");
  let kept = null;
  try { kept = localStorage.getItem("theme"); } catch { /* a browser that keeps nothing */ }
  if (kept) root.dataset.theme = kept;

  const isDark = () => (root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  let touched = Date.now();
  for (const kind of ["pointerdown", "keydown", "wheel", "input"]) addEventListener(kind, () => { touched = Date.now(); }, { passive: true });

  function tooltips() {
    const tip = document.createElement("div");
    tip.className = "tip";
    tip.hidden = true;
    tip.setAttribute("role", "status");
    document.body.append(tip);
    const show = (shape) => {
      const told = shape.querySelector("title");
      if (told) { shape.dataset.told = told.textContent; told.remove(); }
      if (!shape.dataset.told) return;
      tip.textContent = shape.dataset.told;
      tip.hidden = false;
      const box = shape.getBoundingClientRect();
      const left = Math.min(innerWidth - tip.offsetWidth - 8, Math.max(8, box.left + box.width / 2 - tip.offsetWidth / 2));
      tip.style.left = `${left}px`;
      tip.style.top = `${box.top > 48 ? box.top - tip.offsetHeight - 6 : box.bottom + 6}px`;
    };
    const hide = () => { tip.hidden = true; };
    document.addEventListener("pointerover", (event) => {
      const shape = event.target.closest?.(".mark .d");
      if (shape) show(shape); else hide();
    });
    addEventListener("scroll", hide, { passive: true });
    for (const chart of document.querySelectorAll(".mark")) {
      const shapes = [...chart.querySelectorAll(".d")];
      if (shapes.length > 1) keys(chart, shapes, show, hide);
    }
  }

  // One stop of the tab key a chart; arrows go from value to value, Enter opens the page behind one.
  function keys(chart, shapes, show, hide) {
    let at = -1;
    chart.setAttribute("tabindex", "0");
    const go = (to) => {
      shapes[at]?.classList.remove("on");
      at = Math.max(0, Math.min(shapes.length - 1, to));
      shapes[at].classList.add("on");
      show(shapes[at]);
    };
    const row = chart.classList.contains("clock") ? 24 : chart.classList.contains("calendar") ? 7 : 1;
    const across = chart.classList.contains("calendar");
    chart.addEventListener("keydown", (event) => {
      const by = { ArrowRight: across ? row : 1, ArrowLeft: across ? -row : -1, ArrowDown: across ? 1 : row, ArrowUp: across ? -1 : -row }[event.key];
      if (by) { event.preventDefault(); go(at < 0 ? 0 : at + by); }
      else if (event.key === "Home") { event.preventDefault(); go(0); }
      else if (event.key === "End") { event.preventDefault(); go(shapes.length - 1); }
      else if (event.key === "Enter" && at >= 0) { const link = shapes[at].closest("a"); if (link) location.href = link.getAttribute("href"); }
      else if (event.key === "Escape") hide();
    });
    chart.addEventListener("blur", () => { shapes[at]?.classList.remove("on"); hide(); });
  }

  function theme() {
    const button = document.getElementById("theme");
    if (!button) return;
    button.hidden = false;
    button.addEventListener("click", () => {
      root.dataset.theme = isDark() ? "light" : "dark";
      try { localStorage.setItem("theme", root.dataset.theme); } catch { /* only for this page then */ }
    });
  }

  async function picture(card) {
    const sheets = await Promise.all([...document.querySelectorAll('link[rel="stylesheet"]')]
      .filter((link) => link.href.includes("marks.css")).map(async (link) => (await fetch(link.href)).text()));
    const computed = getComputedStyle(root);
    const names = ["page", "card", "ink", "quiet", "line", "on-strong", "q0", "q1", "q2", "q3", "q4", "q5", "w1", "w2", "w3", "w4", "w5", "s0", "s1", "s2"];
    const colours = names.map((name) => `--${name}:${computed.getPropertyValue(`--${name}`).trim()}`).join(";");
    const marks = [...card.querySelectorAll(".drawing > .mark")];
    const width = Math.max(...marks.map((mark) => mark.viewBox.baseVal.width)) + 40;
    const note = card.dataset.simulated ? "simulated: invented" : "";
    let y = 44 + (note ? 16 : 0);
    const out = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const style = document.createElementNS(out.namespaceURI, "style");
    style.textContent = `svg{${colours}}${sheets.join("")}.mark{width:auto}`;
    const ground = document.createElementNS(out.namespaceURI, "rect");
    const words = (text, at, kind) => {
      const line = document.createElementNS(out.namespaceURI, "text");
      line.setAttribute("x", "20"); line.setAttribute("y", at); line.setAttribute("class", kind);
      line.textContent = text;
      return line;
    };
    out.append(style, ground, words(card.querySelector("h3").firstChild.textContent.trim(), "28", "heading"));
    if (note) out.append(words(note, "46", "quiet"));
    for (const mark of marks) {
      const copy = mark.cloneNode(true);
      copy.removeAttribute("tabindex");
      copy.setAttribute("x", "20"); copy.setAttribute("y", String(y));
      copy.setAttribute("width", mark.viewBox.baseVal.width); copy.setAttribute("height", mark.viewBox.baseVal.height);
      for (const link of copy.querySelectorAll("a")) link.replaceWith(...link.childNodes);
      out.append(copy);
      y += mark.viewBox.baseVal.height + 14;
    }
    for (const [name, value] of [["xmlns", out.namespaceURI], ["class", "mark"], ["width", width], ["height", y + 8], ["viewBox", `0 0 ${width} ${y + 8}`]]) out.setAttribute(name, value);
    for (const [name, value] of [["width", width], ["height", y + 8], ["fill", computed.getPropertyValue("--card").trim()]]) ground.setAttribute(name, value);
    return { text: new XMLSerializer().serializeToString(out), width, height: y + 8 };
  }

  function download(blob, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  function saving() {
    for (const span of document.querySelectorAll(".save")) span.hidden = false;
    document.addEventListener("click", async (event) => {
      const kind = event.target.dataset?.save;
      if (!kind) return;
      const card = event.target.closest(".card");
      const found = await picture(card);
      const svg = new Blob([found.text], { type: "image/svg+xml" });
      if (kind === "svg") { download(svg, `spotiflow-${card.id}.svg`); return; }
      const image = new Image();
      image.src = URL.createObjectURL(svg);
      await image.decode();
      const canvas = document.createElement("canvas");
      canvas.width = found.width * 2; canvas.height = found.height * 2;
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      canvas.toBlob((blob) => download(blob, `spotiflow-${card.id}.png`), "image/png");
    });
  }

  function choices() {
    for (const select of document.querySelectorAll(".who select")) select.addEventListener("change", () => select.form.requestSubmit());
  }

  // New numbers come by themselves where nobody touched the page for 30 s; else a button offers them.
  function freshness() {
    const place = document.getElementById("fresh");
    if (!place) return;
    const live = document.body.dataset.live;
    setInterval(async () => {
      let state = null;
      try {
        const answer = await fetch(live ? "/state?live" : "/state", { cache: "no-store" });
        if (!answer.ok) return;
        state = await answer.json();
      } catch { place.textContent = "The server has ended."; return; }
      if (state.state === document.body.dataset.state && state.live === live) { place.textContent = state.running || ""; return; }
      if (Date.now() - touched > 30000) { location.reload(); return; }
      if (place.querySelector("button")) return;
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = "New numbers: show them";
      button.addEventListener("click", () => location.reload());
      place.replaceChildren(button);
    }, 15000);
  }

  addEventListener("DOMContentLoaded", () => { tooltips(); theme(); saving(); choices(); freshness(); });
})();
