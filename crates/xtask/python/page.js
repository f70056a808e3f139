// A page reads the same without this script. It folds the contents on a narrow screen,
// marks the part in view there, lets Tab reach blocks that can be scrolled sideways, and opens
// what is folded around the target of a link.
(() => {
  const wide = matchMedia("(min-width: 70rem)");
  const contents = document.querySelector(".toc details");
  const links = contents ? [...contents.querySelectorAll("a")] : [];
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
    for (const block of document.querySelectorAll("pre, .scroll, .table, .formula")) {
      if (block.scrollWidth > block.clientWidth) block.tabIndex = 0;
      else block.removeAttribute("tabindex");
    }
  };
  const open = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const folded = [...document.querySelectorAll("details:not([open])")];
    const around = folded.filter((part) => part.contains(target));
    around.forEach((part) => { part.open = true; });
    if (around.length) target.scrollIntoView();
  };
  fold();
  wide.addEventListener("change", fold);
  addEventListener("scroll", mark, { passive: true });
  addEventListener("resize", reach);
  addEventListener("toggle", reach, true);
  addEventListener("hashchange", open);
  addEventListener("DOMContentLoaded", () => { mark(); reach(); open(); });
})();
