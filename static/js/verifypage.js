// Open data: a published file is checked in the browser, by verify.js in a Worker. Without it verify.py is named.
(() => {
  const box = document.querySelector("[data-verify]");
  if (!box) return;
  const MOST = 256 * 1024 * 1024;
  const SHOWN = 50;
  const MARKS = { 0: "st st-ok", 2: "st st-low", 3: "st st-wait" };
  const WHOLE = "kết quả và mã kiểm tra tính lại đúng từng ký tự";
  const AGREES = `Tệp tự khớp: ${WHOLE}`;
  const FAILED = "Trình duyệt này không kiểm tra được tệp; hãy dùng chương trình verify.py.";
  const [words, meter, list] = ["[role=status]", "progress", "ul"].map((name) => box.querySelector(name));
  let worker = null;
  let turn = 0;
  box.hidden = false;

  function say(text, answer = "") {
    const mark = document.createElement("b");
    mark.className = MARKS[answer] ?? "";
    mark.textContent = text;
    words.replaceChildren(mark);
    box.dataset.answer = answer;
    meter.hidden = true;
  }
  function start() {
    worker?.terminate();
    worker = null;
    turn += 1;
    list.replaceChildren();
    return turn;
  }
  // What verify.js answers of the file.
  function checked(file) {
    return new Promise((resolve, reject) => {
      worker = new Worker(box.dataset.reading);
      let step = "";
      worker.addEventListener("error", reject);
      worker.addEventListener("message", ({ data }) => {
        if (data.failed) reject();
        if (data.answer) resolve(data.answer);
        if (!data.step) return;
        if (data.step !== step) say(`${data.step}…`);
        step = data.step;
        [meter.hidden, meter.value] = [false, data.share];
      });
      worker.postMessage(new URL(box.dataset.check, location.href).href);
      worker.postMessage(file);
    });
  }
  async function known() {
    try {
      const answer = await fetch(box.dataset.list);
      return answer.ok ? (await answer.json()).publications : null;
    } catch {
      return null;
    }
  }
  function named({ number, date, year, illustrative }) {
    const dated = date.split("-").reverse().join("/");
    return `công bố số ${number} ngày ${dated}, năm ${year}${illustrative ? " (dữ liệu minh họa)" : ""}`;
  }
  function replaced({ number, year }, listed) {
    const of = (line) => line.year === year && line.supersedes === number && line.state === "published";
    const later = listed.find(of);
    return later ? ` Bản này đã được thay bằng số ${later.number}.` : "";
  }

  // What the file is to this installation: 0 its publication, 3 nobody's here, 2 another one than it says.
  function standing({ digest, number, year }, listed, asked) {
    if (asked && asked !== digest)
      return [2, `Tệp tự khớp nhưng mã kiểm tra của nó là ${digest}, khác mã đã cho: không phải bản công bố ấy.`];
    if (!listed) return [3, `${AGREES}; nhưng chưa tải được danh sách các bản công bố để đối chiếu. Hãy thử lại.`];
    const same = listed.filter((line) => line.digest === digest);
    const held = same.find((line) => line.state === "published");
    if (held) return [0, `Đúng là ${named(held)}: ${WHOLE}.${replaced(held, listed)}`];
    if (same.length) return [3, `${AGREES}; nhưng bản công bố này đã được thu hồi, không còn giá trị.`];
    if (listed.some((line) => line.year === year && line.number === number && line.state === "published"))
      return [2, `Tệp tự khớp nhưng không phải bản công bố số ${number} tại đây: tải lại tệp từ trang này.`];
    return [3, `${AGREES}; nhưng nơi này không giữ bản công bố nào như vậy.`];
  }
  function tell(problems) {
    const more = problems.length - SHOWN;
    const lines = more > 0 ? [...problems.slice(0, SHOWN), `Còn ${more} lý do khác.`] : problems;
    const items = lines.map((line) => {
      const item = document.createElement("li");
      item.textContent = line;
      return item;
    });
    list.replaceChildren(...items);
    say(`Không phải bản công bố, vì ${problems.length} lý do:`, "2");
  }
  async function check(file, mine, asked = "") {
    if (file.size > MOST) {
      say("Tệp lớn hơn 256 MB: trình duyệt không kiểm tra được, hãy dùng chương trình verify.py.");
      return;
    }
    say("Đang đọc tệp…");
    const answer = await checked(file).catch(() => null);
    if (mine !== turn) return;
    worker.terminate();
    if (!answer) say(FAILED);
    else if (answer.problems.length) tell(answer.problems);
    else {
      const [exit, sentence] = standing(answer, await known(), asked);
      if (mine === turn) say(sentence, String(exit));
    }
  }
  async function fetched(button) {
    const mine = start();
    say("Đang tải gói JSON…");
    const file = await fetch(button.dataset.address)
      .then((answer) => (answer.ok ? answer.blob() : null))
      .catch(() => null);
    if (mine !== turn) return;
    if (file) check(file, mine, button.dataset.digest);
    else say("Chưa tải được gói JSON. Hãy thử lại sau.");
  }
  box.addEventListener("click", ({ target }) => {
    const button = target.closest("button[data-address]");
    if (button) fetched(button);
  });
  // A link of a page of the publication names its button here: what it asks is begun.
  const asked = document.getElementById(location.hash.slice(1));
  if (asked?.dataset.address && box.contains(asked)) {
    asked.focus();
    fetched(asked);
  }
  const field = box.querySelector("input[type=file]");
  field.addEventListener("click", () => {
    field.value = ""; // the same file chosen again is read again
  });
  field.addEventListener("change", () => {
    const [file] = field.files;
    if (file) check(file, start());
  });
})();
