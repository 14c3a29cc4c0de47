// The unit's pages. Everything works without this file.
// 1. Arrows move through the task list. 2. What is typed on a criterion's page is saved as one types; a copy stays
// on this machine, under the person's own number, until the server has confirmed it.
(() => {
  const store = {
    read(key) {
      try {
        return JSON.parse(localStorage.getItem(`cchc:${key}`));
      } catch {
        return null;
      }
    },
    write(key, value) {
      try {
        localStorage.setItem(`cchc:${key}`, JSON.stringify(value));
        return true;
      } catch {
        return false;
      }
    },
    drop(key) {
      try {
        localStorage.removeItem(`cchc:${key}`);
      } catch {
        /* private window: nothing was kept */
      }
    },
  };
  const clock = (at) =>
    new Date(at).toLocaleString("vi-VN", {
      timeZone: "Asia/Ho_Chi_Minh",
      ...{ hour: "2-digit", minute: "2-digit", day: "2-digit", month: "2-digit", year: "numeric", hour12: false },
    });

  // --- the task list ---
  document.querySelectorAll("table[data-arrows] a[data-copy]").forEach((link) => {
    if (!store.read(link.dataset.copy)) return;
    const mark = document.createElement("span");
    mark.className = "st st-wait unsent";
    mark.textContent = "còn phần chưa gửi trên máy này";
    link.after(" ", mark);
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    if (!event.target.closest("table[data-arrows]")) return;
    const all = [...document.querySelectorAll("table[data-arrows] tbody a")];
    const at = all.indexOf(event.target);
    const next = { ArrowDown: all[at + 1], ArrowUp: all[at - 1], Home: all[0], End: all[all.length - 1] }[event.key];
    if (at < 0 || !next) return;
    event.preventDefault();
    next.focus();
  });

  // --- a criterion locked before the copy could be sent ---
  const unsent = document.getElementById("unsent");
  const old = unsent && store.read(unsent.dataset.copy);
  if (old) {
    old.pairs
      .filter(([, value]) => value.trim())
      .forEach(([, value]) => {
        const line = document.createElement("p");
        [line.className, line.textContent] = ["note", value];
        unsent.append(line);
      });
    unsent.hidden = false;
  }

  // --- one criterion ---
  const form = document.querySelector("form[data-autosave]");
  if (!form) return;
  const { autosave: address, user, copy: key, login } = form.dataset;
  const [said, place, restored] = ["save-state", "conflict-place", "restored"].map((id) => document.getElementById(id));
  const version = form.elements.namedItem("version");
  const token = form.elements.namedItem("csrfmiddlewaretoken");
  const first = version.value;
  const PAUSE = 1200;
  const LONGEST = 30000;
  let ahead = Number(form.dataset.now) - Date.now(); // the server's clock counts, however wrong this machine's is
  let confirmed = null; // the content the server last said it has
  let running = null; // the request under way
  let timer = 0;
  let wait = 2000;
  let leaving = false; // a button was pressed; a second press does nothing
  let passing = false; // all is saved: let the browser send the form itself
  let trouble = ""; // "", lost, expired, other, refused
  const held = () => Boolean(place.firstElementChild); // two versions: the person chooses first

  const kept = new RegExp(form.dataset.fields);
  const fields = () => [...form.elements].filter((one) => kept.test(one.name));
  const ticks = (one) => one.type === "radio" || one.type === "checkbox";
  const pairs = (stood) =>
    fields().flatMap((one) => {
      if (ticks(one)) return (stood ? one.defaultChecked : one.checked) ? [[one.name, one.value]] : [];
      return [[one.name, stood ? one.defaultValue : one.value]];
    });
  const text = (stood) => JSON.stringify(pairs(stood));

  function say(words, kind = "", link = null) {
    said.className = kind === "bad" ? "saved unsaved" : "saved";
    said.textContent = words;
    if (!link) return;
    const anchor = document.createElement("a");
    [anchor.href, anchor.target, anchor.rel, anchor.textContent] = [link, "_blank", "opener", "Đăng nhập ở thẻ mới"];
    said.append(" ", anchor);
  }

  // --- faults beside their fields ---
  function unmark() {
    form.querySelectorAll("[data-score] .error:not(#computed > *)").forEach((one) => one.remove());
    form.querySelectorAll("[data-score] .bad").forEach((one) => one.classList.remove("bad"));
    fields().forEach((one) => {
      one.removeAttribute("aria-invalid");
      one.removeAttribute("aria-describedby");
    });
  }
  function mark(name, sentence) {
    const at = document.getElementById(name);
    if (!at) return;
    const computed = document.getElementById("computed");
    if (name === "figures" && computed) {
      // Where the points stand: the preview says it in the same place.
      const words = document.createElement("span");
      [words.className, words.textContent] = ["error", sentence];
      computed.replaceChildren(words);
      return;
    }
    const error = document.createElement("span");
    [error.className, error.id, error.textContent] = ["error", `${name}-error`, sentence];
    if (at.matches("fieldset")) {
      at.querySelector("legend").after(error);
      return;
    }
    at.before(error);
    at.closest(".field").classList.add("bad");
    at.setAttribute("aria-invalid", "true");
    at.setAttribute("aria-describedby", error.id);
  }

  // --- sending ---
  const keep = () => store.write(key, { pairs: pairs(), version: version.value, at: Date.now() + ahead });
  const ask = (options) =>
    fetch(address, {
      redirect: "manual",
      credentials: "same-origin",
      signal: AbortSignal.timeout(20000),
      ...options,
      headers: { Accept: "application/json", "X-CSRFToken": token.value },
    });
  const soon = (delay) => {
    clearTimeout(timer);
    timer = setTimeout(send, delay);
  };
  function retry() {
    soon(wait);
    wait = Math.min(wait * 2, LONGEST);
  }

  // One request at a time; what was typed meanwhile follows it. Answers whether the server has everything typed,
  // but for values it has named as wrong.
  async function send(hidden = false) {
    clearTimeout(timer);
    if (running) {
      await running;
      return send();
    }
    if (held()) {
      say("Chưa lưu: chọn một trong hai bản ở trên.", "bad");
      return false;
    }
    const now = text();
    if (now === confirmed) {
      store.drop(key);
      if (trouble) say("");
      trouble = "";
      return true;
    }
    running = post(now, hidden).finally(() => {
      running = null;
    });
    const done = await running;
    return done && text() !== now ? send() : done;
  }
  async function post(now, hidden) {
    const body = new URLSearchParams([...pairs(), ["version", version.value], ["who", user]]);
    if (!trouble) say("Đang lưu…");
    try {
      if (["expired", "other"].includes(trouble) && !(await returned())) return false;
      return await answer(await ask({ method: "POST", body, keepalive: hidden }), now);
    } catch {
      return lost();
    }
  }
  async function answer(response, now) {
    const told = Date.parse(response.headers.get("Date"));
    if (told) ahead = told - Date.now();
    if (response.type === "opaqueredirect") return expired();
    if (response.status === 403)
      return trouble === "refused" ? stop("Bạn không còn quyền sửa tiêu chí này.") : forbidden();
    if ([400, 413].includes(response.status))
      return stop("Nội dung quá dài nên máy chủ không nhận: rút gọn, hoặc chuyển phần chi tiết vào tài liệu.");
    if (response.status === 404) return stop("Không tìm thấy tiêu chí này nữa.");
    if (!response.headers.get("Content-Type").includes("json")) return lost("Máy chủ chưa trả lời được");
    const found = await response.json();
    if (found.state === "conflict") return conflict(found.html);
    if (found.state === "other") {
      trouble = "other";
      stop(found.said, login);
      return false;
    }
    if (found.state === "refused") return stop(found.said);
    return saved(found, now);
  }
  function saved(found, now) {
    [trouble, wait, version.value] = ["", 2000, found.version];
    unmark();
    Object.entries(found.errors).forEach(([name, sentence]) => mark(name, sentence));
    const wrong = Object.keys(found.errors).length > 0;
    say(found.said, wrong ? "bad" : "");
    const computed = document.getElementById("computed");
    if (!wrong) document.querySelector("main > .errors")?.remove();
    if (computed && !wrong && text() === now) computed.innerHTML = found.computed;
    const lacking = document.getElementById("lacking");
    if (lacking && "lacking" in found) {
      lacking.lastElementChild.textContent = found.lacking;
      lacking.hidden = !found.lacking;
    }
    confirmed = now;
    if (wrong || text() !== now) {
      keep();
    } else {
      store.drop(key);
      if (!restored.hidden) note("Nội dung giữ trên máy này đã được gửi và lưu.");
    }
    return true;
  }
  function lost(why = "Mất kết nối") {
    trouble = "lost";
    say(
      keep() ? `${why} – giữ trên máy này, sẽ gửi lại` : `${why} – giữ trong trang này (đừng đóng trang), sẽ gửi lại`,
      "bad",
    );
    retry();
    return false;
  }
  function stop(words, link = null) {
    if (trouble !== "other") trouble = "refused";
    keep();
    say(`${words} Nội dung đã gõ còn nguyên trong trang.`, "bad", link);
    return false;
  }
  function expired() {
    trouble = "expired";
    keep();
    say("Phiên làm việc đã hết. Nội dung đã gõ còn nguyên và sẽ được gửi sau khi đăng nhập.", "bad", login);
    soon(5000);
    return false;
  }
  // The person may have logged in again in another tab: a fresh token, and the same person only.
  async function returned() {
    const response = await ask({ method: "GET" });
    if (response.type === "opaqueredirect") return expired();
    if (!response.ok) return stop("Bạn không còn quyền sửa tiêu chí này.");
    const found = await response.json();
    if (found.user !== user) {
      trouble = "other";
      stop("Trình duyệt này đang đăng nhập tài khoản khác: đăng nhập lại tài khoản đã gõ để lưu.", login);
      return false;
    }
    form.ownerDocument.querySelectorAll("input[name=csrfmiddlewaretoken]").forEach((one) => {
      one.value = found.csrf;
    });
    trouble = "";
    return true;
  }
  async function forbidden() {
    trouble = "expired";
    if (await returned()) {
      trouble = "refused";
      soon(0);
    }
    return false;
  }

  // --- two versions ---
  function conflict(html) {
    keep();
    place.innerHTML = html;
    say("Chưa lưu: có hai bản, chọn một bản ở trên.", "bad");
    document.getElementById("conflict").focus();
    return false;
  }
  place.addEventListener("click", async (event) => {
    if (event.target.matches("[data-take]")) {
      store.drop(key);
      confirmed = text();
      return;
    }
    if (!event.target.matches("[data-keep]")) return;
    event.preventDefault();
    version.value = document.getElementById("conflict").dataset.version;
    place.replaceChildren();
    confirmed = null;
    if (await send()) said.focus();
  });

  // --- typing, leaving, coming back ---
  form.addEventListener("input", (event) => {
    if (!fields().includes(event.target)) return;
    keep();
    if (trouble === "refused") trouble = "";
    if (held()) say("Chưa lưu: chọn một trong hai bản ở trên.", "bad");
    else soon(trouble === "lost" ? wait : PAUSE);
  });
  form.addEventListener("change", (event) => {
    if (fields().includes(event.target) && trouble !== "lost") soon(0);
  });
  form.addEventListener("submit", async (event) => {
    if (passing) return;
    event.preventDefault();
    if (leaving || tooLarge(event.submitter)) return;
    leaving = true;
    const button = event.submitter;
    if (!(await send())) {
      leaving = false;
      said.scrollIntoView({ block: "nearest" });
      return;
    }
    // Not within the event: a browser ignores a form submitted while it is being submitted.
    setTimeout(() => {
      passing = true;
      form.requestSubmit(button);
    });
  });
  function tooLarge(button) {
    const file = document.getElementById("upload");
    const limit = Number(form.dataset.max);
    const carries = form.dataset.upload === "any" || button?.formAction.endsWith("/tai-len/");
    if (!file?.files.length || !carries || file.files[0].size <= limit * 1048576) return false;
    document.getElementById("upload-error")?.remove();
    mark(
      "upload",
      `Tệp nặng ${Math.ceil(file.files[0].size / 1048576)} MB, tối đa ${limit} MB: ` +
        "giảm độ phân giải khi quét hoặc tách thành nhiều tài liệu.",
    );
    file.focus();
    return true;
  }
  window.addEventListener("online", () => {
    wait = 2000;
    if (trouble === "lost") send();
  });
  window.addEventListener("focus", () => {
    if (trouble && trouble !== "refused") send();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && !trouble && !held() && text() !== confirmed) send(true);
  });
  window.addEventListener("pageshow", () => {
    leaving = passing = false;
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    // After the session's end the login page would land in the place of the points.
    if (event.detail.target.id === "computed" && !event.detail.xhr.responseURL.includes("/tinh-diem/"))
      event.detail.shouldSwap = false;
  });

  function note(words, button = null) {
    restored.textContent = words;
    if (button) restored.append(" ", button);
    restored.hidden = false;
  }
  function put(values) {
    const given = new Map(values);
    const ticked = new Set(values.map((pair) => pair.join("\n")));
    fields().forEach((one) => {
      if (ticks(one)) one.checked = ticked.has(`${one.name}\n${one.value}`);
      else if (given.has(one.name)) one.value = given.get(one.name);
    });
  }
  function restore(copy) {
    put(copy.pairs);
    version.value = copy.version;
    const drop = document.createElement("button");
    [drop.type, drop.className, drop.textContent] = ["button", "quiet", "Bỏ phần này, lấy bản đang lưu"];
    drop.addEventListener("click", () => {
      store.drop(key);
      form.reset();
      [version.value, confirmed, restored.hidden] = [first, text(), true];
      place.replaceChildren();
      clearTimeout(timer);
      unmark();
      say("");
    });
    note(`Đã đưa lại nội dung gõ lúc ${clock(copy.at)} chưa gửi được, giữ trên máy này.`, drop);
    soon(0);
  }

  said.tabIndex = -1;
  const faulty = Boolean(document.querySelector("main > .errors"));
  if (!faulty) confirmed = text(true);
  const left = store.read(key);
  if (left && !faulty && JSON.stringify(left.pairs) !== text(true)) restore(left);
  else if (left && !faulty) store.drop(key);
  else if (!faulty && text() !== confirmed) soon(0); // the browser itself brought typed text back
  const came = performance.getEntriesByType("navigation")[0];
  if (came && came.type === "back_forward" && !left && !faulty) {
    // A page from the browser's store may show an older row than the server has.
    ask({ method: "GET" })
      .then((response) => response.json())
      .then((found) => {
        if (String(found.version) !== version.value && text() === text(true)) window.location.reload();
      })
      .catch(() => {
        /* offline: what was typed says so by itself */
      });
  }
})();
