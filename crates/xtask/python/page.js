// A page reads the same without this script. It folds the contents on a narrow screen, marks the
// part in view there, lets Tab reach blocks that can be scrolled sideways, and opens what is folded
// around the target of a link. It also adds what needs a script: the search, the choice of a scheme,
// buttons to copy code and to unfold all, the way back to the top, and keys: arrows for the next and
// previous page, and / for the search.
(() => {
  const wide = matchMedia("(min-width: 70rem)");
  const contents = document.querySelector(".toc details");
  const links = contents ? [...contents.querySelectorAll("a")] : [];
  const element = (name, attributes) => Object.assign(document.createElement(name), attributes);
  const fold = () => { if (contents) contents.open = wide.matches; };
  const mark = () => {
    const above = links.filter((link) => {
      const part = document.getElementById(decodeURIComponent(link.hash.slice(1)));
      return part && part.getBoundingClientRect().top < 100;
    });
    const ended = scrollY + innerHeight > document.documentElement.scrollHeight - 5;
    const current = (ended && scrollY > 0 ? links : above).at(-1);
    if (current?.hasAttribute("aria-current")) return;
    links.forEach((link) => link.removeAttribute("aria-current"));
    current?.setAttribute("aria-current", "true");
    if (wide.matches) current?.scrollIntoView({ block: "nearest" });
  };
  const reach = () => {
    for (const block of document.querySelectorAll("pre, .scroll, .table, .formula, .picture")) {
      const scrolls = block.scrollWidth > block.clientWidth;
      if (scrolls) block.tabIndex = 0;
      else block.removeAttribute("tabindex");
      const rest = block.scrollWidth - block.clientWidth - block.scrollLeft;
      block.classList.toggle("scrolls", scrolls && rest > 2);
      block.onscroll ??= reach;
    }
  };
  const openAround = (target, place) => {
    const folded = [...document.querySelectorAll("details:not([open])")];
    const around = folded.filter((part) => part.contains(target));
    around.forEach((part) => { part.open = true; });
    if (around.length || place) target.scrollIntoView(place);
  };
  const open = () => openAround(document.getElementById(decodeURIComponent(location.hash.slice(1))));

  const addTheme = (place) => {
    const root = document.documentElement;
    const schemes = ["", "light", "dark"];
    const words = { "": "Scheme: system", light: "Scheme: light", dark: "Scheme: dark" };
    const button = element("button", { type: "button", className: "theme" });
    const show = () => { button.textContent = words[root.dataset.theme ?? ""]; };
    button.onclick = () => {
      root.dataset.theme = schemes[(schemes.indexOf(root.dataset.theme ?? "") + 1) % 3];
      try { localStorage.setItem("theme", root.dataset.theme); } catch {}
      show();
    };
    show();
    place.append(button);
  };

  const addCopy = () => {
    for (const block of document.querySelectorAll(".code .highlight")) {
      const code = block.querySelector("pre");
      const button = element("button", { type: "button", className: "copy", textContent: "Copy" });
      button.onclick = async () => {
        let done = true;
        try {
          await navigator.clipboard.writeText(code.textContent);
        } catch {
          getSelection().selectAllChildren(code);
          done = document.execCommand("copy");
        }
        button.textContent = done ? "Copied" : "Press Ctrl+C";
        setTimeout(() => { button.textContent = "Copy"; }, 2000);
      };
      block.append(button);
    }
  };

  const addFolds = (place) => {
    const parts = [...document.querySelectorAll("main details")];
    const button = element("button", { type: "button", className: "folds" });
    const show = () => { button.textContent = parts.every((part) => part.open) ? "Fold all" : "Unfold all"; };
    button.onclick = () => {
      const open = !parts.every((part) => part.open);
      parts.forEach((part) => { part.open = open; });
    };
    addEventListener("toggle", show, true);
    show();
    if (parts.length) place.append(button);
  };

  const addUp = () => {
    const up = element("p", { className: "up" });
    const search = element("a", { href: "#top", textContent: "Search" });
    const top = element("a", { href: "#top", textContent: "↑ Contents" });
    const box = document.querySelector(".search input");
    up.append(...(box ? [search, top] : [top]));
    // It covers text, so it comes with a step up only.
    let last = scrollY;
    const show = () => {
      const ended = scrollY + innerHeight > document.documentElement.scrollHeight - 100;
      if (Math.abs(scrollY - last) < 4 && !ended) return;
      up.classList.toggle("shown", scrollY > innerHeight && scrollY < last && !ended);
      last = scrollY;
    };
    document.body.append(up);
    addEventListener("scroll", show, { passive: true });
    top.onclick = () => { if (contents) contents.open = true; };
    search.onclick = () => setTimeout(() => box.focus());
  };

  // A word of one or two letters counts where a word begins, a longer one anywhere.
  const pattern = (words) => {
    const known = words.map((word) => (word.length < 3 ? "(?<![\\p{L}\\p{N}])" : "") + word.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&"));
    return new RegExp(`(${known.join("|")})`, "giu");
  };
  const wordsOf = (query) => query.split(/\s+/).filter(Boolean);
  const patterns = (words) => words.map((word) => pattern([word]));
  const hasAll = (text, patterns) => patterns.every((one) => text.search(one) >= 0);
  const marked = (text, pattern) => text.split(pattern)
    .map((part, at) => at % 2 ? element("mark", { textContent: part }) : part);

  // Marks the words that were searched below the heading of the address, and shows where all are.
  const showFound = () => {
    const words = wordsOf(new URLSearchParams(location.search).get("highlight") ?? "");
    const headings = [...document.querySelectorAll("main :is(h1, h2, h3, h4, h5, h6)")];
    const at = headings.findIndex((heading) => heading.id === decodeURIComponent(location.hash.slice(1)));
    if (!words.length || at < 0) return;
    const [each, any] = [patterns(words), pattern(words)];
    const part = new Range();
    part.setStartBefore(headings[at]);
    if (headings[at + 1]) part.setEndBefore(headings[at + 1]);
    else part.setEndAfter(document.querySelector("main").lastChild);
    const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
    const texts = [];
    while (walker.nextNode()) texts.push(walker.currentNode);
    for (const text of texts) {
      const drawn = text.parentElement.closest("svg, math, button, .anchor");
      if (!drawn && part.intersectsNode(text)) text.replaceWith(...marked(text.data, any));
    }
    const marks = [...document.querySelectorAll("main mark")];
    const first = marks.find((mark) => hasAll(mark.closest("h1, h2, h3, h4, h5, h6, p, li, tr, pre")?.textContent ?? "", each)) ?? marks[0];
    if (first) openAround(first, { block: "center", behavior: "instant" });
  };

  // The texts of all pages are in search.js, which is loaded at the first search.
  const addSearch = (place) => {
    const box = element("div", { className: "search" });
    const input = element("input", { type: "search", placeholder: "Search all pages" });
    input.setAttribute("aria-label", "Search all pages");
    input.setAttribute("aria-keyshortcuts", "/");
    const found = element("ul", { className: "found" });
    found.setAttribute("aria-label", "Found");
    const status = element("p", { className: "unseen" });
    status.setAttribute("role", "status");
    box.append(input, found, status);
    place.append(box);
    const say = (text) => {
      status.textContent = text;
      found.replaceChildren(...(text ? [element("li", { textContent: text })] : []));
    };
    const look = (parts) => {
      const words = wordsOf(input.value);
      if (!words.length) return say("");
      const [each, any] = [patterns(words), pattern(words)];
      // First what has all words in its heading, then what has them near each other.
      const rank = (part) => {
        const hits = [...part.text.matchAll(any)].map((hit) => hit.index);
        const near = hits.find((at) => hasAll(part.text.slice(at, at + 100), each));
        const points = 1000 * hasAll(part.title, each) + 500 * (near >= 0) + Math.min(hits.length, 99);
        return { part, points, at: near ?? hits[0] ?? 0 };
      };
      const ranked = parts.filter((part) => hasAll(`${part.title} ${part.text}`, each)).map(rank)
        .sort((a, b) => b.points - a.points)
        .filter(({ part }, at, all) => at === all.findIndex((other) => other.part.page === part.page && other.part.title === part.title));
      if (!ranked.length) return say("nothing found");
      const items = ranked.slice(0, 12).map(({ part, at }) => {
        const start = part.text.lastIndexOf(" ", Math.max(0, at - 30)) + 1;
        const end = part.text.indexOf(" ", start + 130);
        const text = part.text.slice(start, end < 0 ? undefined : end);
        const link = element("a", { href: part.link.replace("#", `?highlight=${encodeURIComponent(words.join(" "))}#`) });
        const piece = document.createElement("small");
        piece.append(`${part.page}: ${start ? "…" : ""}`, ...marked(text, any), end < 0 ? "" : "…");
        link.append(...marked(part.title, any), piece);
        const item = document.createElement("li");
        item.append(link);
        return item;
      });
      found.replaceChildren(...items);
      status.textContent = `${ranked.length} parts found`;
    };
    let texts;
    const load = () => texts ??= new Promise((done, failed) => {
      globalThis.handoutTexts = done;
      document.head.append(element("script", { src: "search.js", onerror: failed }));
    });
    input.oninput = () => load().then(look, () => say("search needs the file search.js beside this page"));
    box.onkeydown = (event) => {
      const links = [...found.querySelectorAll("a")];
      const at = links.indexOf(document.activeElement);
      const next = { ArrowDown: links[at + 1], ArrowUp: links[at - 1] ?? input, Enter: at < 0 && links[0] }[event.key];
      if (event.key === "Escape") { input.value = ""; say(""); input.focus(); }
      else if (event.key === "Enter" && next) next.click();
      else if (next) { event.preventDefault(); next.focus(); }
    };
    document.addEventListener("click", (event) => { if (!box.contains(event.target)) say(""); });
    addEventListener("keydown", (event) => {
      if (event.key !== "/" || event.target === input) return;
      event.preventDefault();
      input.focus();
    });
  };

  const turn = (event) => {
    const rel = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
    const busy = event.target.closest?.("input, button, [tabindex='0'], summary");
    if (!rel || busy || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    document.querySelector(`a[rel="${rel}"]`)?.click();
  };

  fold();
  wide.addEventListener("change", fold);
  addEventListener("scroll", mark, { passive: true });
  addEventListener("resize", reach);
  addEventListener("toggle", reach, true);
  addEventListener("hashchange", open);
  addEventListener("keydown", turn);
  addEventListener("DOMContentLoaded", () => {
    const tools = document.querySelector("header.page .tools");
    if (tools) { addFolds(tools); addTheme(tools); addSearch(tools); }
    addCopy();
    addUp();
    mark(); reach(); open();
  });
  addEventListener("load", showFound);
})();
