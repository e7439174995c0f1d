// Kills the real program at random moments and at named fail points, restarts it, and compares the simulated vendor's ledger with
// the public API: lost 0, doubled 0, altered 0, clocks honest. What rules made of it is compared with a second installation that reads the
// same vendor in one calm piece (--detections): the same alerts, none lost, none doubled, and the same matches of every rule.
//
//   node tests/torture/torture.mjs --program build/torture/picket [--kills 200] [--seed S] [--at-once 2] [--planted NAME|all] [--keep]
//
// The program must be built with PICKET_TORTURE (preset `torture`). One line of JSON a run; exit code 0 only when every promise
// held (or, with --planted, when every planted bug was caught).
import { Run, checkFailPoints, firstPoints, tally } from "./life.mjs";

const args = process.argv.slice(2);
const option = (name, preset) => { const i = args.indexOf(`--${name}`); return i < 0 ? preset : args[i + 1]; };
const kills = Number(option("kills", "200"));
const seed = Number(option("seed", String(Date.now() % 1e9)));
const planted = option("planted");
const settings = { picket: option("program", "build/torture/picket"), atOnce: Number(option("at-once", "2")), detections: args.includes("--detections") };

/** Bugs that exist only in this build, and what must notice each. */
const plantedBugs = [
  "ingest.cursor_before_events", "ingest.clocks_only_from_new", "ingest.commit_skipped_on_repeat", "store.no_unique",
  "ingest.rules_on_new_only", "store.dedup_memory_only", "store.dedup_by_time", "connector.has_more_ignored", "connector.401_is_empty_page",
  "connector.page_skipped_on_parse_error", "control.history_outside_transaction",
];

async function once(bug, count, runSeed) {
  const run = new Run(settings, bug, count, runSeed);
  try {
    return await run.play();
  } catch (error) {
    return { run: bug ?? "kills", seed: runSeed, kills: run.killed, ok: false, error: `${error.message}\n${run.serve?.errors.slice(-2000) ?? ""}` };
  } finally {
    await run.serve?.stop("SIGKILL");
    await run.sim?.stop("SIGKILL");
    if (!args.includes("--keep")) run.dir.remove();
  }
}

let failed = 0;
checkFailPoints(settings.picket);
if (kills > 0) {
  // Four vendors' lives rather than one long one: a backlog is where a kill hurts. Each waits a good part of its time, so that two go on beside each other.
  const rounds = Math.max(1, Math.round(kills / 50));
  let begun = 0;
  const lives = async () => {
    for (let i = begun++; i < rounds; i = begun++) {
      const result = await once(undefined, Math.ceil(kills / rounds), seed + i);
      console.log(JSON.stringify(result));
      failed += !result.ok;
    }
  };
  await Promise.all(Array.from({ length: settings.atOnce }, lives));
  // kills that were asked for and never came would prove nothing; which points were never reached is told beside it
  const never = [...tally.died].filter(([, n]) => n === 0).map(([point]) => point);
  const hits = [...tally.died.values()].reduce((a, b) => a + b, 0), asked = tally.asked + rounds * firstPoints.length;
  const enough = hits >= asked / 4;
  console.log(JSON.stringify({ fail_points: Object.fromEntries(tally.died), asked, hits, never, ok: enough }));
  failed += !enough;
}
if (planted) {
  for (const bug of planted === "all" ? plantedBugs : [planted]) {
    let caught = null;
    for (let attempt = 0; attempt < 3 && !caught; ++attempt) {
      const result = await once(bug, 12, seed + attempt);
      if (!result.ok) caught = result;
    }
    console.log(JSON.stringify({ planted: bug, caught: caught !== null, by: caught && Object.fromEntries(Object.entries(caught).filter(([k, v]) => ["lost", "doubled", "altered", "strange", "clocks", "history", "detections", "error"].includes(k) && v && v.length !== 0)) }));
    failed += caught === null;
  }
}
console.log(failed === 0 ? "Every promise held." : `${failed} FAILED`);
process.exit(failed === 0 ? 0 : 1);
