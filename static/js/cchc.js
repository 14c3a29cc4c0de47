// Small improvements; every page works without this file.
document.documentElement.classList.add("js");
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-autosubmit]")) event.target.form.requestSubmit();
});
// Logging out leaves none of the person's unsent text on this machine; it says so first.
document.addEventListener("submit", (event) => {
  const person = event.target.dataset.forget;
  if (!person) return;
  const kept = Object.keys(localStorage).filter((key) => key.startsWith(`cchc:${person}:`));
  const asked = "Trên máy này còn nội dung chưa gửi được. Đăng xuất sẽ xóa nội dung đó. Vẫn đăng xuất?";
  if (kept.length && !window.confirm(asked)) {
    event.preventDefault();
    return;
  }
  kept.forEach((key) => localStorage.removeItem(key));
});
// On a phone the places scroll sideways: where one is stands in sight.
document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
// On paper a field shows all of its text, not the part that is scrolled to.
window.addEventListener("beforeprint", () =>
  document.querySelectorAll("textarea").forEach((field) => {
    const whole = document.createElement("div");
    [whole.className, whole.textContent] = ["on-paper", field.value || " "];
    field.before(whole);
  }),
);
window.addEventListener("afterprint", () => document.querySelectorAll(".on-paper").forEach((one) => one.remove()));
// A double click sends a form once.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "get") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  setTimeout(() => delete form.dataset.sent, 4000);
});
window.addEventListener("pageshow", () =>
  document.querySelectorAll("form[data-sent]").forEach((f) => delete f.dataset.sent),
);
// htmx sends the CSRF token of the page.
document.addEventListener("htmx:configRequest", (event) => {
  const token = document.querySelector("input[name=csrfmiddlewaretoken]");
  if (token) event.detail.headers["X-CSRFToken"] = token.value;
});
// Browsers scroll to a stop only when nothing of it is in sight: one that a sticky part covers by half stays covered.
document.addEventListener("focusin", ({ target }) => {
  if (target.matches(":focus-visible") && target.offsetHeight < innerHeight / 4)
    target.scrollIntoView({ block: "nearest", inline: "nearest" });
});
