// The check of a published file, in the reader's browser: verify.py once more, with the same sentences. Numbers are
// whole ten-thousandths (BigInt), never floats. It needs frozenfile.js. In a Worker it answers messages (verifypage.js
// sends them); else it is `globalThis.problemsOf(bytes)`.
(() => {
  const { Illegal, Unreadable, need, byPoints, canonical, shown, apart, sealOf, cellsOf } = globalThis.frozenFile;
  const FORMAT = "cchc-index/1";
  const STATES = ["scored", "not_scored", "not_applicable", "no_ballots"];
  const KINDS = ["normal", "bonus", "penalty"];
  const ORIGINS = ["official", "illustrative"];
  const SOURCES = ["self", "survey", "sipas", "papi"];
  const NOT_APPLICABLE = ["rescale", "shrink", "full"];
  const TIES = ["competition", "dense"];
  const NUMBER = /^(?:0|[1-9][0-9]{0,7})(?:\.[0-9]{0,8}[1-9])?$/;
  const CODE = /^[1-9][0-9]{0,2}(?:\.[1-9][0-9]{0,2}){0,7}$/;
  const DECISION = /^[0-9]{1,6}(?:\/[0-9]{4})?\/QĐ(?:-[A-ZĐ0-9&]{1,20}){0,4}$/;
  const HIDDEN = "\\u0000-\\u001f\\u007f-\\u00a0\\u00ad\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u3000\\ufeff";
  const STRAY = new RegExp(`^ | $|  |[${HIDDEN}\\u00d0\\u00f0\\u0189]`); // Eth and its like are drawn as Đ
  const DAY = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/;
  const HEAD = "assessed_from assessed_to date digest format groups illustrative number year".split(" ");
  const GROUP = "cells code criteria decision name note policies results units".split(" ");
  const CRITERION = "code is_leaf kind max_points name parent printed_code provenance source".split(" ");
  const TITLE = ["abstract", "date", "number"];
  const CELL = new RegExp(
    '\\{"ballots":(null|[1-9][0-9]{0,8}),"criterion":"([0-9.]+)","points":(null|"[^"]*"),' +
      '"self_points":(null|"[^"]*"),"state":"([a-z_]+)","unit":("(?:[^"\\\\]|\\\\[^\\n])*")\\}(?:,(?=\\{)|$)',
    "g",
  );
  const NINE = 1_000_000_000n; // a number is read as so many of its billionths,
  const TENTH = 100_000n; // and points and maxima are whole ten-thousandths
  const UNREADABLE = "Tệp không phải gói công bố đọc được.";

  // Lists and objects are no keys in Python: asked whether they are one, it fails.
  function asKey(value) {
    if (Array.isArray(value) || value instanceof Map) throw new Unreadable();
    return value;
  }

  function keys(value, asked, where, optional = []) {
    need(value instanceof Map, `${where}: không phải đối tượng`);
    const extra = [...value.keys()].filter((key) => !asked.includes(key) && !optional.includes(key));
    const odd = [...extra, ...asked.filter((key) => !value.has(key))].sort(byPoints);
    need(!odd.length, () => `${where}: thừa hoặc thiếu khóa ${shown(odd)}`);
    return value;
  }

  // Python's blanks are not quite JavaScript's.
  function isBlank(text) {
    return [...text].every((one) => {
      const code = one.charCodeAt(0);
      return (code >= 0x1c && code <= 0x1f) || code === 0x85 || (code !== 0xfeff && one.trim() === "");
    });
  }

  function words(value, where, blank = false) {
    need(typeof value === "string" && (blank || !isBlank(value)), `${where}: không phải chữ hoặc để trống`);
    return value;
  }

  // A name in its one spelling: composed letters, single spaces, no hidden signs, no letter that looks like Đ.
  function label(value, where, blank = false) {
    const spelt = !STRAY.test(words(value, where, blank)) && value.normalize("NFC") === value;
    need(spelt, `${where}: có dấu rời, dấu cách, ký tự thừa`);
    return value;
  }

  function rows(value, where, asked = null, optional = []) {
    need(Array.isArray(value), `${where}: không phải danh sách`);
    return asked ? value.map((row) => keys(row, asked, where, optional)) : value;
  }

  const numbers = new Map();
  // A number in its one spelling, in billionths: no sign, no leading or trailing zeros, no exponent.
  function number(value, where, maximum = null) {
    const name = `${maximum} ${asKey(value)}`;
    const known = typeof value === "string" ? numbers.get(name) : undefined;
    if (known !== undefined) return known;
    need(typeof value === "string" && NUMBER.test(value), () => `${where}: số “${shown(value)}” viết không đúng`);
    const [whole, part = ""] = value.split(".");
    const read = BigInt(whole) * NINE + BigInt(part.padEnd(9, "0"));
    const most = maximum === null ? read : number(maximum, where);
    need(read <= most, `${where}: ${value} lớn hơn mức tối đa ${maximum}`);
    numbers.set(name, read);
    return read;
  }

  // Days are compared as they are written.
  function day(value, where) {
    need(typeof value === "string" && DAY.test(value), `${where}: ngày không đúng`);
    const [year, month, of] = value.split("-").map(Number);
    const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
    const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1];
    if (!year || !of || !(of <= days)) throw new Unreadable();
    return value;
  }
  const yearOf = (written) => Number(written.slice(0, 4));

  function once(values, where) {
    need(new Set(values.map((value) => value.toLowerCase())).size === values.length, `${where}: có mục lặp lại`);
  }

  // By unit, then criterion: 1.2 before 1.10; each once.
  function ordered(pairs, where) {
    const follows = ([unit, code], n) => !n || (byPoints(pairs[n - 1][0], unit) || byParts(pairs[n - 1][1], code)) < 0;
    need(pairs.every(follows), `${where}: có mục lặp lại hoặc không đúng thứ tự`);
  }

  function checkHead(bundle) {
    keys(bundle, HEAD, "Tệp", ["decisions", "statements", "supersedes", "errata"]);
    const at = (key) => bundle.get(key);
    need(at("format") === FORMAT && typeof at("illustrative") === "boolean", `Tệp không ở dạng ${FORMAT}`);
    need(typeof at("year") === "bigint" && at("year") > 1900n && at("year") < 2200n, "Năm chỉ số không đúng");
    const year = Number(at("year"));
    const [start, end] = ["assessed_from", "assessed_to"].map((key) => day(at(key), key));
    const [first, last] = [yearOf(start), yearOf(end)];
    const within = (year === first || year === last) && last - first <= 1;
    need(start <= end && within, "Thời kỳ đánh giá không đúng");
    const dated = day(at("date"), "date");
    const fits = start <= dated && last - 1 <= yearOf(dated) && yearOf(dated) <= last + 5;
    need(fits, "Ngày công bố không hợp với thời kỳ đánh giá");
    const corrects = bundle.has("errata");
    need(bundle.has("supersedes") === corrects, "Đính chính phải có cả số được đính chính và nội dung");
    for (const key of corrects ? ["number", "supersedes"] : ["number"])
      need(DECISION.test(words(at(key), key)), `${key}: không có dạng số của quyết định`);
    need(!corrects || (words(at("errata"), "errata") && at("supersedes") !== at("number")), "Đính chính sai");
    const given = (key, nothing) => (bundle.has(key) ? at(key) : nothing);
    once(
      rows(given("statements", ["-"]), "statements").map((sentence) => words(sentence, "statements")),
      "statements",
    );
    const bare = (value) => (Array.isArray(value) ? !value.length : value instanceof Map && !value.size);
    need(![...bundle.values()].some(bare), "Tệp có mục để trống");
    checkDecisions(given("decisions", new Map()), dated);
    const groups = rows(at("groups"), "Khối", GROUP, ["grounds"]);
    once(
      ["code", "name"].flatMap((key) => groups.map((group) => key + label(group.get(key), `Khối, ${key}`))),
      "Danh sách khối",
    );
    need(new Set(groups.map((group) => group.has("grounds"))).size === 1, "Chỉ một số khối có căn cứ của điểm");
    const marked = groups.flatMap((group) =>
      rows(group.get("criteria"), "criteria").filter((row) => shown(row).includes("illustrative")),
    );
    need(at("illustrative") || !marked.length, "Tệp có tiêu chí minh họa nhưng không ghi là minh họa");
  }

  function checkDecisions(decisions, dated) {
    if (!(decisions instanceof Map)) throw new Unreadable();
    for (const [name, cited] of decisions) {
      keys(cited, ["date", "issuer"], label(name, "decisions"));
      need(day(cited.get("date"), name) <= dated, `Quyết định ${name} ban hành sau ngày công bố`);
      label(cited.get("issuer"), name, true);
    }
  }

  // The legality of a block with its cells: its criteria by code; by unit, leaf points or state.
  function checkGroup(group, cellText, tell) {
    const where = `Khối ${group.get("code")}`;
    const numbered = /[0-9]/.test(label(group.get("decision"), where));
    need(numbered, `${where}: quyết định ban hành tiêu chí không có số`);
    words(group.get("note"), where, true);
    const policies = keys(group.get("policies"), ["bands", "na", "ties"], `${where}, policies`);
    const usual = NOT_APPLICABLE.includes(policies.get("na")) && TIES.includes(policies.get("ties"));
    need(usual, `${where}: quy định tính lạ`);
    const bands = rows(policies.get("bands"), `${where}, mức xếp loại`, ["from", "name"]);
    once(
      bands.map((band) => label(band.get("name"), `${where}, mức xếp loại`)),
      `${where}, mức xếp loại`,
    );
    const edges = bands.map((band) => number(band.get("from"), `${where}, ngưỡng`, "100"));
    need(
      edges.every((edge, n) => !n || edges[n - 1] > edge),
      `${where}: mức xếp loại không theo thứ tự`,
    );
    const tree = checkTree(group.get("criteria"), where);
    const listed = rows(group.get("units"), where, ["code", "name"]);
    once(
      listed.map((unit) => label(unit.get("name"), `${where}, tên đơn vị`)),
      `${where}, tên đơn vị`,
    );
    const units = listed.map((unit) => label(unit.get("code"), unit.get("name")));
    once(units, `${where}, đơn vị`);
    ordered(
      units.map((code) => [code, "0"]),
      `${where}, đơn vị`,
    );
    const cells = readCells(cellText, tree, units, where, tell);
    if (group.has("grounds")) checkGrounds(group.get("grounds"), cells, tree, `${where}, căn cứ`);
    return [tree, cells];
  }

  function readCells({ text, broken }, tree, units, where, tell) {
    const leaves = [...tree.values()].filter((row) => row.get("is_leaf"));
    const codes = leaves.map((leaf) => leaf.get("code"));
    const cells = new Map(units.map((code) => [code, new Map()]));
    const names = units.map(canonical);
    const most = units.length * leaves.length;
    let [at, seen] = [0, 0];
    for (const match of text.matchAll(CELL)) {
      if (seen === most) break;
      const [written, ballots, criterion, points, own, state, name] = match;
      if (broken && written.includes("\ufffd")) throw new Unreadable();
      const [n, m] = [Math.floor(seen / leaves.length), seen % leaves.length];
      const cell = () => `${where}, ô ${units[n]} / ${codes[m]}`;
      const next = names[n] === name && codes[m] === criterion && match.index === at;
      need(next, () => `${cell()}: sai chỗ, ${name} / ${criterion}`);
      cells.get(units[n]).set(codes[m], checkCell(leaves[m], ballots, points, own, state, cell));
      at += written.length;
      seen += 1;
      if (seen % 20_000 === 0) tell(at / text.length);
    }
    need(most && at === text.length && seen === most, `${where}: thiếu, thừa ô`);
    return cells;
  }

  // Rules in words; by unit and leaf the reason of the last decision and the titles of evidence.
  function checkGrounds(grounds, units, tree, where) {
    keys(grounds, ["entries", "rules"], where);
    const source = (code) => (tree.get(asKey(code))?.get("is_leaf") ? tree.get(code).get("source") : undefined);
    const rules = rows(grounds.get("rules"), where, ["criterion", "rule"]);
    for (const row of rules) {
      words(row.get("rule"), where);
      need(source(row.get("criterion")) !== undefined, `${where}: quy tắc`);
    }
    const entries = rows(grounds.get("entries"), where, ["criterion", "documents", "reason", "unit"]);
    for (const row of entries) {
      const assessed = units.has(asKey(row.get("unit"))) && source(row.get("criterion")) === "self";
      need(assessed, `${where}: không có đơn vị, tiêu chí này`);
      const reason = row.get("reason") !== null && label(row.get("reason"), where);
      const documents = rows(row.get("documents"), where, TITLE);
      need(documents.length || reason, `${where}: dòng không có lý do, không có tài liệu`);
      for (const title of documents) {
        const named = label(title.get("number"), where, true) + label(title.get("abstract"), where, true);
        const told = named && (title.get("date") === null || day(title.get("date"), where));
        need(told, `${where}: tài liệu không có tên`);
      }
    }
    const pairs = entries.map((row) => [row.get("unit"), row.get("criterion")]);
    ordered([...rules.map((row) => ["", row.get("criterion")]), ...pairs], where);
  }

  function checkTree(criteria, where) {
    for (const row of rows(criteria, `${where}, tiêu chí`, CRITERION)) checkCriterion(row, where);
    ordered(
      criteria.map((row) => ["", row.get("code")]),
      `${where}, tiêu chí`,
    );
    const tree = new Map(criteria.map((row) => [row.get("code"), row]));
    const children = childrenOf(criteria);
    for (const [code, row] of tree) {
      const [above, at] = [row.get("parent"), `${where}, tiêu chí ${code}`];
      const under = above === null || (tree.has(asKey(above)) && code.startsWith(`${above}.`));
      need(under, () => `${at}: đứng dưới ${shown(above)}`);
      const own = children.get(code) ?? [];
      const right = row.get("is_leaf") === !own.length;
      need(right, `${at}: dòng có dòng bên dưới là nhóm, không có thì chấm điểm`);
      const normal = own.filter((child) => child.get("kind") === "normal" && row.get("kind") === "normal");
      const sum = normal.reduce((most, child) => most + number(child.get("max_points"), at), 0n);
      const adds = !normal.length || sum === number(row.get("max_points"), at);
      need(adds, `${at}: điểm tối đa khác tổng các dòng bên dưới`);
    }
    return tree;
  }
  function childrenOf(criteria) {
    const children = new Map();
    for (const row of criteria) {
      const above = row.get("parent");
      if (!children.has(above)) children.set(above, []);
      children.get(above).push(row);
    }
    return children;
  }

  function checkCriterion(row, place) {
    const where = `${place}, tiêu chí ${shown(row.get("code"))}`;
    need(typeof row.get("code") === "string" && CODE.test(row.get("code")), `${where}: mã không đúng`);
    label(row.get("name"), where);
    label(row.get("printed_code"), where, true);
    const leaf = row.get("is_leaf");
    const plain = KINDS.includes(row.get("kind")) && ORIGINS.includes(row.get("provenance"));
    const legal = plain && typeof leaf === "boolean" && (leaf ? SOURCES : [""]).includes(row.get("source"));
    need(legal, `${where}: loại, nguồn gốc, nguồn điểm lạ`);
    const most = number(row.get("max_points"), where);
    need(most > 0n && most % TENTH === 0n, `${where}: điểm tối đa`);
  }

  // The points of a cell, in ten-thousandths, or the state of one without.
  function checkCell(leaf, ballots, points, own, state, cell) {
    const [assessed, scored] = [leaf.get("source") === "self", state === "scored"];
    const known = STATES.includes(state) && state !== (assessed ? "no_ballots" : "not_scored");
    need(known, () => `${cell()}: trạng thái “${state}”`);
    const told = (points !== "null") === scored && (assessed || own === "null");
    const counted = ballots === "null" || (!assessed && scored);
    need(told && counted, () => `${cell()}: điểm, số phiếu không khớp trạng thái`);
    const read = [own, points].map((given) =>
      given === "null" ? 0n : number(given.slice(1, -1), "Điểm", leaf.get("max_points")),
    );
    need(!read.some((value) => value % TENTH), () => `${cell()}: điểm quá bốn chữ số thập phân`);
    return scored ? read[1] / TENTH : state;
  }

  // A share is reached ÷ most of two whole numbers, most above zero; both below are exact.
  const halfUp = (above, under) => {
    const whole = (2n * (above < 0n ? -above : above) + under) / (2n * under);
    return above < 0n ? -whole : whole;
  };
  const byShare = (a, b) => {
    const apart = b.reached * a.most - a.reached * b.most;
    return apart > 0n ? 1 : apart < 0n ? -1 : 0;
  };

  // Points and maximum of one half after the policy for what does not apply, and the leaves that are missing.
  function half(leaves, cells, policy) {
    let [reached, most, away] = [0n, 0n, 0n];
    const missing = [];
    for (const { code, top } of leaves) {
      const cell = cells.get(code);
      most += top;
      if (typeof cell === "bigint") reached += cell;
      else if (cell === "not_applicable") away += top;
      else missing.push(code);
    }
    if (!away) return { reached, most, missing };
    if (policy === "full") return { reached: reached + away, most, missing };
    if (policy === "shrink") return { reached, most: most - away, missing };
    if (most === away) return { reached: 0n, most: 0n, missing };
    return { reached: halfUp(reached * most, most - away), most, missing };
  }

  // Bonus or deduction: each row is worth its children, at most its maximum; missing and not applicable are 0.
  function extra(rows, cells, kind) {
    return rows.reduce((sum, { row, code, top, below }) => {
      const cell = row.get("is_leaf") ? cells.get(code) : null;
      const points = extra(below, cells, kind);
      if (row.get("kind") !== kind) return sum + points;
      const worth = typeof cell === "bigint" ? cell : points;
      if (worth > top) return sum + top;
      return sum + worth;
    }, 0n);
  }
  // The rows under one, those alone that are or hold a row of the kind.
  function holding(children, kind, above = null) {
    return (children.get(above) ?? [])
      .map((row) => ({
        row,
        code: row.get("code"),
        top: number(row.get("max_points"), "") / TENTH,
        below: holding(children, kind, row.get("code")),
      }))
      .filter(({ row, below }) => row.get("kind") === kind || below.length);
  }

  function exact(value) {
    const [whole, part] = [value < 0n ? -value / 10_000n : value / 10_000n, (value < 0n ? -value : value) % 10_000n];
    const places = String(part).padStart(4, "0").replace(/0+$/, "");
    return `${value < 0n ? "-" : ""}${whole}${places && `.${places}`}`;
  }
  function percent({ reached, most, missing }) {
    if (!most || missing.length) return null;
    const shares = halfUp(reached * 10_000n, most);
    const digits = String(shares < 0n ? -shares : shares).padStart(3, "0");
    return `${shares < 0n ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
  }

  function byParts(one, other) {
    const [a, b] = [one, other].map((code) => code.split(".").map(Number));
    const at = a.findIndex((part, n) => part !== b[n]);
    return at < 0 ? a.length - b.length : at >= b.length ? 1 : a[at] - b[at];
  }

  // A unit's row without rank and band, and its exact share.
  function result(unit, group, shared, cells) {
    const policy = group.get("policies").get("na");
    const [own, asked] = shared.halves.map((leaves) => half(leaves, cells, policy));
    const [bonus, penalty] = KINDS.slice(1).map((kind) => extra(shared.extras[kind], cells, kind));
    const total = {
      reached: own.reached + asked.reached + bonus - penalty,
      most: own.most + asked.most,
      missing: [...own.missing, ...asked.missing].sort(byParts),
    };
    const row = new Map([
      ["unit", unit.get("code")],
      ["name", unit.get("name")],
      ["group", group.get("code")],
      ["incomplete", total.missing],
      ["bonus", exact(bonus)],
      ["penalty", exact(penalty)],
    ]);
    for (const [of, part] of Object.entries({ appraised_: own, survey_: asked, "": total })) {
      row.set(`${of}points`, exact(part.reached)).set(of ? `${of}max` : "max_points", exact(part.most));
      row.set(`${of}index`, percent(part));
    }
    return { row, share: row.get("index") === null ? null : total };
  }

  function results(group, tree, cells) {
    const leaves = [...tree.values()].filter((row) => row.get("is_leaf") && row.get("kind") === "normal");
    const topped = (row) => ({ code: row.get("code"), top: number(row.get("max_points"), "") / TENTH });
    const children = childrenOf(group.get("criteria"));
    const shared = {
      halves: [true, false].map((own) => leaves.filter((row) => (row.get("source") === "self") === own).map(topped)),
      extras: Object.fromEntries(KINDS.slice(1).map((kind) => [kind, holding(children, kind)])),
    };
    const rated = group.get("units").map((unit) => result(unit, group, shared, cells.get(unit.get("code"))));
    setRanks(rated, group.get("policies"));
    return rated.map(({ row }) => row).sort(byRank);
  }
  function byRank(one, other) {
    const [a, b] = [one.get("rank"), other.get("rank")];
    if (a !== b) return a === null ? 1 : b === null ? -1 : Number(a - b);
    return byPoints(one.get("unit"), other.get("unit"));
  }
  function setRanks(rated, policies) {
    for (const { row } of rated) row.set("rank", null).set("band", "");
    const ranked = rated.filter(({ share }) => share).sort((a, b) => byShare(a.share, b.share));
    let [distinct, rank] = [0n, 0n];
    ranked.forEach(({ row, share }, n) => {
      if (!n || byShare(ranked[n - 1].share, share)) {
        distinct += 1n;
        rank = policies.get("ties") === "dense" ? distinct : BigInt(n + 1);
      }
      const reaches = (edge) => share.reached * 100n * NINE >= number(edge, "", "100") * share.most;
      const band = policies.get("bands").find((one) => reaches(one.get("from")));
      row.set("rank", rank).set("band", band?.get("name") ?? "");
    });
  }

  function faults(data, tell) {
    const [bundle, spans] = apart(data);
    checkHead(bundle);
    const groups = bundle.get("groups");
    const cut = groups.every((group) => Array.isArray(group.get("cells")) && !group.get("cells").length);
    need(cut && spans.length === groups.length, "Khối: các ô");
    const digest = sealOf(bundle, data, spans, (share) => tell("Đang tính mã kiểm tra (SHA-256)", share));
    need(bundle.get("digest") === digest, "Mã kiểm tra (SHA-256) không khớp nội dung: tệp đã bị sửa");
    const problems = [];
    groups.forEach((group, n) => {
      const [start, end] = spans[n];
      const words = `Đang tính lại khối ${group.get("code")}`;
      tell(words, 0);
      const [tree, cells] = checkGroup(group, cellsOf(data.subarray(start, end)), (share) => tell(words, share));
      const same = canonical(results(group, tree, cells)) === canonical(group.get("results"));
      if (!same) problems.push(`Khối ${group.get("code")}: kết quả khác với kết quả tính lại.`);
    });
    return { problems, digest, number: bundle.get("number"), year: Number(bundle.get("year")) };
  }

  // Every reason why the bytes are no publication; none when they agree with themselves, and digest, number, year.
  function problemsOf(data, tell = () => {}) {
    numbers.clear();
    try {
      return faults(data, tell);
    } catch (error) {
      if (error instanceof Illegal) return { problems: [`${error.message}.`] };
      if (error instanceof Unreadable) return { problems: [UNREADABLE] };
      throw error;
    }
  }

  globalThis.problemsOf = problemsOf;
  if (!globalThis.importScripts) return;
  addEventListener("message", async ({ data }) => {
    try {
      const bytes = new Uint8Array(await data.arrayBuffer());
      postMessage({ answer: problemsOf(bytes, (step, share) => postMessage({ step, share })) });
    } catch {
      postMessage({ failed: true }); // the machine's memory, or a fault of ours: nothing is told of the file
    }
  });
})();
