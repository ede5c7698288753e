// The load of bench/service.py, for k6: requests come at a constant rate, however slow the answers are (an open model).
import http from "k6/http";
import { SharedArray } from "k6/data";
import exec from "k6/execution";

const told = JSON.parse(open(__ENV.PLAN));
const callers = new SharedArray("callers", () => JSON.parse(open(__ENV.CALLERS)));

export const options = {
  discardResponseBodies: false,
  summaryTrendStats: ["med", "p(99)", "max", "count"],
  scenarios: {
    load: {
      executor: "constant-arrival-rate",
      rate: told.rate,
      timeUnit: "1s",
      duration: `${told.seconds}s`,
      gracefulStop: "120s",
      preAllocatedVUs: told.most,
      maxVUs: told.most,
    },
  },
};

export default function () {
  const number = exec.scenario.iterationInTest;
  const caller = callers[number % callers.length];
  const address = told.url + caller.path;
  if (told.reads) {
    http.get(address, { headers: caller.headers, timeout: "120s" });
    return;
  }
  const value = number % 2 ? "on" : "off";
  const headers = { ...caller.headers, "Idempotency-Key": `${told.run}-${number}`, "Content-Type": "application/json" };
  const answer = http.put(address, `{"value": "${value}", "act": "own"}`, { headers, timeout: "120s" });
  if (answer.status === 200) {
    // one line for each act that was acknowledged; the ledger is compared with them afterwards
    console.log(`${/"seq": ?(\d+)/.exec(answer.body)[1]} ${caller.member} ${value}`);
  }
}
