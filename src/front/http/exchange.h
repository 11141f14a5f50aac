// One request and the answer being written to it, as a handler sees them.
//
// Thread rule: the connection's worker. Ownership: the head's views are of the connection's input,
// which stays put until the exchange ends.
#pragma once

#include <string>
#include <string_view>

#include "engine/ports/service.h"
#include "front/http/outbox.h"
#include "runtime/worker.h"
#include "wire/http_request.h"

namespace aside::front {

// What the exchanges of a worker share, so that none of them allocates.
struct Scratch {
    std::string name, version, text;
    std::vector<Step> steps;
};

struct Exchange {
    runtime::Worker& worker;
    const wire::RequestHead& head;
    Outbox& outbox;
    std::string_view date;         // "Date: …\r\n"
    Scratch* scratch = nullptr;    // only while answering at once: another connection uses it next
    SteadyTime now;                // when the request was looked at
    SteadyTime deadline = kNever;  // of who asks; a handler may have a sooner one
    const bool& draining;  // true: every answer is its connection's last; it may become so while
                           // the answer is loaded
    bool close = false;    // this answer is the connection's last in any case
    std::string body{};    // of the request
    unsigned status = 0;   // of the answer, once written

    bool is_last() const { return close || draining; }
    bool sends_body() const { return head.method != wire::Method::head; }
};

// Decides and writes answers. One object serves all workers: it is const, or takes care of itself.
class Handler {
  public:
    virtual ~Handler() = default;

    // Inside a ReadSection, before any body was read. True: answered (a request with a body then
    // closes its connection). False: nothing was written; its body is to be read, then `answer`
    // called.
    virtual bool answer_at_once(Exchange& exchange) = 0;
    // Not inside a ReadSection. Writes exactly one answer.
    virtual runtime::Task<> answer(Exchange& exchange) = 0;

    virtual std::uint64_t max_body_bytes() const = 0;
};

}  // namespace aside::front
