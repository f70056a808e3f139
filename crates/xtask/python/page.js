// A page reads the same without this script. It folds the contents on a narrow screen, marks the
// part in view there, lets Tab reach blocks that can be scrolled sideways, and opens what is folded
// around the target of a link. It also adds what needs a script: the search, the choice of a scheme,
// buttons to copy code, the way back to the top, and arrow keys for the next and previous page.
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
  const open = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const folded = [...document.querySelectorAll("details:not([open])")];
    const around = folded.filter((part) => part.contains(target));
    around.forEach((part) => { part.open = true; });
    if (around.length) target.scrollIntoView();
  };

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

  const addUp = () => {
    const up = element("a", { className: "up", href: "#top", textContent: "↑ Contents" });
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
    up.onclick = () => { if (contents) contents.open = true; };
  };

  // The texts of all pages are in search.js, which is loaded at the first search.
  const addSearch = (place) => {
    const box = element("div", { className: "search" });
    const input = element("input", { type: "search", placeholder: "Search all pages" });
    input.setAttribute("aria-label", "Search all pages");
    const found = element("ul", { className: "found" });
    found.setAttribute("aria-label", "Found");
    const status = element("p", { className: "unseen" });
    status.setAttribute("role", "status");
    box.append(input, found, status);
    place.prepend(box);
    const say = (text) => {
      status.textContent = text;
      found.replaceChildren(...(text ? [element("li", { textContent: text })] : []));
    };
    const look = (parts) => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      if (!words.length) return say("");
      const score = (part) => {
        const [title, text] = [part.title.toLowerCase(), part.text.toLowerCase()];
        if (!words.every((word) => title.includes(word) || text.includes(word))) return 0;
        const count = (word) => text.split(word).length - 1 + (title.includes(word) ? 20 : 0);
        return words.reduce((sum, word) => sum + count(word), 0);
      };
      const ranked = parts.map((part) => [score(part), part]).filter(([points]) => points);
      if (!ranked.length) return say("nothing found");
      ranked.sort(([a], [b]) => b - a);
      const items = ranked.slice(0, 12).map(([, part]) => {
        const link = element("a", { href: part.link, textContent: part.title });
        const at = Math.max(0, part.text.toLowerCase().indexOf(words[0]) - 40);
        const piece = element("small", { textContent: `${part.page}: …${part.text.slice(at, at + 120)}…` });
        const item = document.createElement("li");
        link.append(piece);
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
    if (tools) { addTheme(tools); addSearch(tools); }
    addCopy();
    addUp();
    mark(); reach(); open();
  });
})();
