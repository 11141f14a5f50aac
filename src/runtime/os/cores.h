// How many threads can really run at once. Thread rule: any thread.
#pragma once

namespace aside::runtime {

unsigned usable_cores();  // the cores this process may use (sched_getaffinity(2)); at least 1

}  // namespace aside::runtime
