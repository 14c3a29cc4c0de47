// Keys of the council's list and review screen; every page works without this file.
// Silent while somebody types, while an input method composes Vietnamese, with Ctrl, Alt or Meta, and when
// the person has switched them off (WCAG 2.1.4).
(() => {
  const OFF = "cchc-phim-tat"; // remembered on this machine, without the person: nothing of theirs is in it
  const LOOK = 500; // milliseconds a page is seen before a key writes: a second press must not decide the next item
  const all = (what) => [...document.querySelectorAll(what)];
  const one = (what) => document.querySelector(what);
  let off = localStorage.getItem(OFF) === "tat";
  let armed = false;
  let sent = false;

  const composing = (event) =>
    event.isComposing || event.keyCode === 229 || event.key === "Dead" || event.key === "Process";
  const writing = (target) =>
    target instanceof Element &&
    target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
  const silent = (event) =>
    off ||
    event.defaultPrevented ||
    event.repeat ||
    composing(event) ||
    event.ctrlKey ||
    event.altKey ||
    event.metaKey ||
    writing(event.target) ||
    one("dialog[open]");

  // --- sending: once, and only what has been seen -------------------------------------------------
  const send = (form) => {
    if (!form || !armed || sent) return Boolean(form);
    sent = true;
    form.requestSubmit();
    setTimeout(() => {
      sent = false;
    }, 4000); // refused by the browser: the person may press again
    return true;
  };
  const decide = (form) => {
    const words = form?.querySelector("input[name=comment]");
    if (words && !words.value.trim()) {
      words.focus();
      return true;
    }
    return send(form);
  };
  // On the line that has the focus, in a list that takes decisions in place.
  const here = (what) => {
    const control = document.activeElement.closest("tr")?.querySelector(what);
    if (!control || (control.form && (!armed || sent))) return Boolean(control);
    sent = Boolean(control.form);
    control.click();
    return true;
  };
  const arm = () => {
    armed = false;
    sent = false;
    if (document.visibilityState !== "visible") return;
    requestAnimationFrame(() =>
      setTimeout(() => {
        armed = true;
        show();
      }, LOOK),
    );
  };
  window.addEventListener("pageshow", arm);
  document.addEventListener("visibilitychange", arm);

  // --- moving -------------------------------------------------------------------------------------
  const follow = (key) => {
    const link = one(`a[data-key="${key}"]`);
    if (link) link.click();
    return Boolean(link);
  };
  const row = (by) => {
    const rows = all("a[data-row]");
    if (!rows.length) return false;
    const at = rows.indexOf(document.activeElement);
    (rows[Math.max(0, Math.min(rows.length - 1, at + by))] || rows[0]).focus();
    return true;
  };
  const tick = () => {
    const line = document.activeElement.closest("tr");
    const box = line?.querySelector("input[name=cells]");
    if (box) box.click();
    return Boolean(box);
  };
  const adjust = (digit) => {
    const points = document.getElementById("id_points");
    if (!points) return false;
    full(false);
    points.focus();
    if (digit === undefined) {
      points.select();
      return true;
    }
    points.value = digit;
    const none = document.getElementById("id_not_applicable");
    if (none) none.checked = false;
    points.dispatchEvent(new Event("input", { bubbles: true }));
    return true;
  };
  // --- documents: the next one takes the place of the shown one, and what was typed stays ------------
  const open = (link) => {
    const frame = one("iframe.document");
    const next = frame.cloneNode();
    next.src = link.dataset.document;
    next.title = link.dataset.title;
    frame.replaceWith(next); // a new frame, so that "back" does not walk through documents
    all("a[data-document]").forEach((other) => other.removeAttribute("aria-current"));
    link.setAttribute("aria-current", "true");
  };
  const evidence = () => {
    const links = all("a[data-document]");
    const frame = one("iframe.document");
    if (!frame) return false;
    if (!links.length) {
      frame.focus();
      return true;
    }
    const at = links.findIndex((link) => link.hasAttribute("aria-current"));
    const next = links[(at + 1) % links.length];
    open(next);
    next.focus();
    one(".judge-papers").scrollTop = next.closest("li").offsetTop; // what is known of it, not only its link
    return true;
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-document]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    open(link);
  });

  // --- the evidence over the whole window: what lies behind takes no focus meanwhile ------------------
  const BEHIND = ".bar, .tabs, .band, .judge-crumbs, .judge-title, .judge-facts, .judge-decide, .foot, .skip";
  const full = (on) => {
    const button = one("[data-full][aria-pressed]");
    if (!button || !one("iframe.document")) return false;
    if (document.body.hasAttribute("data-full") === on) return false;
    document.body.toggleAttribute("data-full", on);
    all(BEHIND).forEach((part) => part.toggleAttribute("inert", on));
    button.setAttribute("aria-pressed", String(on));
    button.textContent = on ? "Thu lại" : "Xem cao hết màn hình";
    return true;
  };
  document.addEventListener("click", (event) => {
    if (event.target.closest("button[data-full]")) full(!document.body.hasAttribute("data-full"));
  });
  all("button[data-full]").forEach((button) => {
    button.hidden = !one("iframe.document");
  });

  // --- the keys -----------------------------------------------------------------------------------
  const help = () => {
    const dialog = one("[data-key-help]");
    if (dialog) dialog.showModal();
    return Boolean(dialog);
  };
  const KEYS = {
    c: () => here("button[form=recognise]") || decide(one("form[data-recognise]")) || row(1),
    d: () => here("a[data-adjust-line]") || adjust() || row(1),
    e: evidence,
    f: () => full(!document.body.hasAttribute("data-full")),
    g: () => here("button[form=keep]") || decide(one("form[data-keep]")) || row(1),
    Escape: () => full(false),
    j: () => row(1) || follow("j"),
    k: () => row(-1) || follow("k"),
    u: () => follow("u"),
    p: () => {
      const precedent = one("[data-chosen] [data-use]") || one("[data-use]");
      if (precedent) precedent.click();
      return Boolean(precedent);
    },
    x: () => tick() || row(1),
    b: () => send(one("form[data-bulk]")),
    z: () => send(one("form[data-undo]")),
    "?": help,
  };
  document.addEventListener("keydown", (event) => {
    if (silent(event)) return;
    const act = /^[0-9]$/.test(event.key) ? () => adjust(event.key) : KEYS[event.key];
    if (act?.()) event.preventDefault();
  });
  // Inside the forms of the decision: these need no letter, so they are never switched off.
  document.addEventListener("keydown", (event) => {
    const form = event.target.closest("form[data-adjust], form[data-recognise], form[data-keep]");
    if (!form || composing(event) || event.repeat) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      send(form);
    }
    if (event.key === "Escape" && writing(event.target)) event.target.blur();
  });

  // --- a refused form: the hands go on where something is to be mended, and no key decides meanwhile -------
  const wrong = one(".judge [aria-invalid=true]") || one("main > .errors");
  if (wrong) wrong.focus();

  // --- the map ------------------------------------------------------------------------------------
  const show = () =>
    all("[data-keys]").forEach((map) => {
      const inside = document.activeElement && document.activeElement.tagName === "IFRAME";
      map.hidden = false;
      map.toggleAttribute("data-off", off || inside);
      map.querySelectorAll("[data-armed]").forEach((key) => key.toggleAttribute("data-waiting", !armed));
      map.querySelectorAll("[data-undo-key]").forEach((key) => {
        key.hidden = !one("form[data-undo]");
      });
      map.querySelector("[data-keys-toggle]").textContent = off ? "Bật phím tắt" : "Tắt phím tắt";
      const words = off ? "Phím tắt đang tắt." : inside ? "Đang ở trong tài liệu: Shift+Tab để dùng lại phím tắt." : "";
      const state = map.querySelector("[data-key-state]");
      if (state.textContent !== words) state.textContent = words;
    });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-keys-toggle]")) return;
    off = !off;
    if (off) localStorage.setItem(OFF, "tat");
    else localStorage.removeItem(OFF);
    show();
  });
  window.addEventListener("storage", (event) => {
    if (event.key === OFF) {
      off = event.newValue === "tat";
      show();
    }
  });
  window.addEventListener("blur", () => setTimeout(show)); // the focus may have gone into the document
  window.addEventListener("focus", show);
  show();

  // --- what is ticked, what is typed ------------------------------------------------------------------
  all("[data-tick-all]").forEach((box) => {
    box.hidden = false;
    box.addEventListener("change", () => {
      box.form.querySelectorAll("input[name=cells]").forEach((each) => {
        each.checked = box.checked;
      });
    });
  });
  const form = one("form[data-adjust]");
  const typed = () => form && JSON.stringify([...new FormData(form)]);
  const before = typed();
  let saving = false;
  if (form)
    form.addEventListener("submit", () => {
      saving = true;
    });
  window.addEventListener("beforeunload", (event) => {
    if (form && !saving && typed() !== before) event.preventDefault(); // the browser asks before it is lost
  });
})();
