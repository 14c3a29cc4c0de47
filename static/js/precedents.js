// Precedents beside the adjustment: the chosen reason stands out, other points for the same reason are said
// before they are saved, a precedent fills the form. The server says it again after saving.
(() => {
  const form = document.querySelector("form[data-adjust]");
  if (!form) return;
  const { points, reason, comment, not_applicable: none } = form.elements;
  const warning = form.querySelector("[data-differs]");
  const PLACES = 10000;
  // Ten-thousandths as whole numbers: no binary fraction touches a score. null for what is no number.
  const whole = (text) => {
    const read = /^(\d+)(?:[.,](\d{1,4}))?$/.exec(text.trim());
    return read ? Number(read[1] + (read[2] || "").padEnd(4, "0")) : null;
  };
  const signed = (text) => (text.startsWith("-") ? -whole(text.slice(1)) : whole(text));
  const typed = (value) => {
    const [units, rest] = [
      Math.floor(value / PLACES),
      String(value % PLACES)
        .padStart(4, "0")
        .replace(/0+$/, ""),
    ];
    return rest ? `${units},${rest.length === 3 ? `${rest}0` : rest}` : String(units);
  };
  const own = whole(form.dataset.own);
  const groups = [...document.querySelectorAll(".precedent[data-reason]")];

  const look = () => {
    const given = none.checked ? null : whole(points.value);
    const said = [];
    groups.forEach((group) => {
      const chosen = reason.value !== "" && group.dataset.reason === reason.value;
      group.toggleAttribute("data-chosen", chosen);
      if (!chosen || given === null || own === null) return;
      group.querySelectorAll("[data-precedent]").forEach((one) => {
        if (one.dataset.taken && signed(one.dataset.taken) !== own - given) said.push(one.dataset.said);
      });
    });
    const words = said.length ? `Cùng lý do này ${said.join("; ")}.` : "";
    warning.hidden = !words;
    if (warning.textContent !== words) warning.textContent = words;
  };
  const use = (one, group) => {
    const taken = one.dataset.taken ? signed(one.dataset.taken) : null;
    reason.value = group.dataset.reason;
    none.checked = "none" in one.dataset;
    points.value = taken === null || own === null || own < taken ? "" : typed(own - taken);
    look();
    comment.focus();
  };
  groups.forEach((group) =>
    group.querySelectorAll("[data-use]").forEach((button) => {
      button.hidden = false;
      button.addEventListener("click", () => use(button.closest("[data-precedent]"), group));
    }),
  );
  form.addEventListener("input", look);
  form.addEventListener("change", look);
  look();
})();
