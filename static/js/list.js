// A list that takes decisions in place: it stands still from one page to the next, and an adjustment is written in a
// dialog over it. Without this file the same buttons work, and an adjustment is written on the page of its criterion.
(() => {
  const KEPT = "cchc-danh-sach"; // where a list stood, for the page that follows
  const box = document.querySelector(".table-wrap.tall");
  const dialog = document.querySelector("[data-adjust-dialog]");
  if (!box || !dialog) return;
  const rows = () => [...box.querySelectorAll("a[data-row]")];

  // --- the list stands still --------------------------------------------------------------------------
  const keep = (line) => {
    const at = rows().findIndex((row) => line.contains(row));
    const place = { path: location.pathname, at, inside: box.scrollTop, page: window.scrollY };
    sessionStorage.setItem(KEPT, JSON.stringify(place));
  };
  const kept = JSON.parse(sessionStorage.getItem(KEPT) || "null");
  sessionStorage.removeItem(KEPT);
  if (kept?.path === location.pathname && location.hash) {
    const line = document.getElementById(location.hash.slice(1));
    history.replaceState(null, "", location.pathname + location.search); // else the browser scrolls to the line
    const row = line?.querySelector("a[data-row]") || rows()[Math.min(kept.at, rows().length - 1)];
    row?.focus({ preventScroll: true });
    box.scrollTop = kept.inside;
    window.scrollTo(0, kept.page);
  }
  document.addEventListener("submit", (event) => {
    const line = event.submitter?.closest("tr");
    if (line && event.target.matches("[data-in-place]")) keep(line);
  });

  // --- an adjustment over the list: the form is that of the criterion's own page ----------------------
  const inside = (form, link) => {
    form.action = link.href;
    form.elements.seen_version.value = link.dataset.version; // what the list showed, not what is there by now
    const stay = document.createElement("input");
    Object.assign(stay, { type: "hidden", name: "stay", value: "1" });
    form.append(stay);
    form.addEventListener("submit", () => keep(link.closest("tr")));
    return form;
  };
  const adjust = async (link) => {
    const answer = await fetch(link.href);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const form = answer.ok && !answer.redirected && page.querySelector("form[data-adjust]");
    if (!form) {
      location.assign(link.href);
      return;
    }
    dialog.querySelector("[data-adjust-of]").textContent = link.closest("tr").querySelector("a[data-row]").textContent;
    dialog.querySelector("[data-adjust-here]").replaceChildren(inside(document.adoptNode(form), link));
    dialog.showModal();
    document.getElementById("id_points").focus();
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-adjust-line]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    adjust(link);
  });
  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
})();
