// Keys of the review screen; every page works without this file.
// Silent while somebody types, while an input method composes Vietnamese, and with Ctrl, Alt or Meta.
(() => {
  const typing = (event) => event.isComposing || event.keyCode === 229 || event.ctrlKey || event.altKey || event.metaKey
    || event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
  const rows = () => [...document.querySelectorAll("a[data-row]")];
  const step = (by) => {
    const all = rows();
    if (!all.length) return false;
    const at = all.indexOf(document.activeElement);
    const next = all[Math.max(0, Math.min(all.length - 1, at + by))] || all[0];
    next.focus();
    return true;
  };
  document.querySelectorAll("[data-keys]").forEach((map) => { map.hidden = false; });
  document.querySelectorAll("[data-tick-all]").forEach((box) => {
    box.hidden = false;
    box.addEventListener("change", () => {
      box.form.querySelectorAll("input[name=o]").forEach((one) => { one.checked = box.checked; });
    });
  });
  document.addEventListener("keydown", (event) => {
    if (event.repeat || typing(event)) return;
    const recognise = document.querySelector("form[data-recognise]");
    if (event.key === "c" && recognise) { event.preventDefault(); recognise.requestSubmit(); return; }
    const points = document.getElementById("id_points");
    if (event.key === "d" && points) { event.preventDefault(); points.focus(); points.select(); return; }
    if (event.key === "j" && step(1) || event.key === "k" && step(-1)) { event.preventDefault(); return; }
    if (!["j", "k", "u"].includes(event.key)) return;
    const link = document.querySelector(`a[data-key="${event.key}"]`);
    if (link) { event.preventDefault(); link.click(); }
  });
})();
