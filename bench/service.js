// The load of bench/service.py, for k6: requests come at a constant rate, however slow the answers are (an open model).
import http from "k6/http";
import { SharedArray } from "k6/data";
import exec from "k6/execution";

const told = JSON.parse(open(__ENV.PLAN));
const callers = new SharedArray("callers", () => JSON.parse(open(__ENV.CALLERS)));
const timeout = "300s";

// A user of a constant rate waits for its answer before it sends again, so that a burst that queues would need a user for
// each request. In a burst a user sends at its times whatever has been answered, over as many connections as that takes.
const scenarios = {
  load: {
    executor: "constant-arrival-rate",
    rate: told.rate,
    timeUnit: "1s",
    duration: `${told.seconds}s`,
    gracefulStop: "120s",
    preAllocatedVUs: told.most,
    maxVUs: told.most,
  },
  burst: { executor: "per-vu-iterations", exec: "burst", vus: told.users, iterations: 1, maxDuration: "600s" },
};

export const options = {
  discardResponseBodies: false,
  summaryTrendStats: ["med", "p(99)", "max", "count"],
  scenarios: told.users ? { burst: scenarios.burst } : { load: scenarios.load },
};

function act(number) {
  const caller = callers[number % callers.length];
  const value = number % 2 ? "on" : "off";
  const headers = { ...caller.headers, "Idempotency-Key": `${told.run}-${number}`, "Content-Type": "application/json" };
  return { caller, value, address: told.url + caller.path, body: `{"value": "${value}", "act": "own"}`, headers };
}

function acknowledged(answer, { caller, value }) {
  if (answer.status !== 200) console.log(`FAILED ${answer.status} ${answer.error_code} ${answer.error}`);
  if (answer.status === 200) {
    // one line for each act that was acknowledged; the ledger is compared with them afterwards
    console.log(`${/"seq": ?(\d+)/.exec(answer.body)[1]} ${caller.member} ${value}`);
  }
}

export default function () {
  const number = exec.scenario.iterationInTest;
  if (told.reads) {
    const caller = callers[number % callers.length];
    http.get(told.url + caller.path, { headers: caller.headers, timeout });
    return;
  }
  const one = act(number);
  acknowledged(http.put(one.address, one.body, { headers: one.headers, timeout }), one);
}

export async function burst() {
  const each = (told.rate * told.seconds) / told.users;
  const user = exec.vu.idInTest - 1;
  const begin = exec.scenario.startTime;
  const sent = [];
  for (let turn = 0; turn < each; turn++) {
    const due = begin + (1000 * (turn * told.users + user)) / told.rate;
    const wait = due - Date.now();
    if (wait > 0) await new Promise((done) => setTimeout(done, wait));
    const one = act(turn * told.users + user);
    sent.push(http.asyncRequest("PUT", one.address, one.body, { headers: one.headers, timeout }).then((answer) => acknowledged(answer, one)));
  }
  await Promise.all(sent);
}
