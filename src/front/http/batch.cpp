#include "front/http/batch.h"

#include "front/http/read_answer.h"
#include "front/http/reply.h"
#include "runtime/when_all.h"
#include "wire/json_text.h"
#include "wire/key_lists_json.h"

namespace aside::front {
namespace {

// Answers those in memory; gives the loads of the others.
std::vector<runtime::Task<>> start(Exchange& exchange, Service& service,
                                   const std::vector<std::string>& ids, SteadyTime deadline,
                                   std::vector<Answer*>& answers) {
    std::vector<runtime::Task<>> loads;
    const ReadSection section(service.epochs(), exchange.worker.index());
    for (const std::string& id : ids) {
        Answer& answer = exchange.outbox.next_answer();
        answers.push_back(&answer);
        const ItemQuery query{id, deadline};
        if (service.try_item(exchange.worker, query, answer))
            answer.keep();
        else
            loads.push_back(service.item(exchange.worker, query, answer));
    }
    return loads;
}

void append_entry(Outbox& outbox, std::string_view id, const Answer& answer) {
    std::string& text = outbox.text();
    text += R"({"id":)";
    wire::append_json_string(text, id);
    if (answer.outcome == Outcome::ok) {
        text += R"(,"status":200,"item":)";
        append_item_start(text, id);
        add_values(outbox, answer);
        text += item_end(answer);
    } else {
        const Problem problem = problem_of_answer(answer, "item");
        text += R"(,"status":)";
        append_number(text, problem.status);
        text += R"(,"problem":)";
        text += problem_json(problem);
    }
    text += '}';
}

std::uint64_t values_bytes(const std::vector<Answer*>& answers) {
    std::uint64_t total = 0;
    for (const Answer* answer : answers) total += item_body_bytes(*answer, 0, 0);
    return total;
}

// The body is written first, for its length is known only then; the head is put before it.
void reply_batch(Exchange& exchange, const std::vector<std::string>& ids,
                 const std::vector<Answer*>& answers) {
    Outbox& outbox = exchange.outbox;
    outbox.text() += R"({"items":[)";
    for (std::size_t at = 0; at < ids.size(); ++at) {
        if (at > 0) outbox.text() += ',';
        append_entry(outbox, ids[at], *answers[at]);
    }
    outbox.text() += "]}";

    Outbox head;
    Exchange to_head{.worker = exchange.worker,
                     .head = exchange.head,
                     .outbox = head,
                     .date = exchange.date,
                     .now = exchange.now,
                     .draining = exchange.draining,
                     .close = exchange.close};
    start_head(to_head, 200);
    head.text() += "Content-Type: application/json\r\nCache-Control: no-store\r\n";
    end_head(to_head, outbox.pending_bytes());
    outbox.put_first(std::move(head.text()));
    exchange.status = 200;
}

}  // namespace

runtime::Task<> answer_batch(Exchange& exchange, Service& service, const PublicOptions& options,
                             SteadyTime deadline) {
    const auto ids = wire::decode_ids(exchange.body, options.max_ids);
    if (!ids) {
        const unsigned status = ids.error().code == Errc::too_large ? 413 : 400;
        reply_problem(exchange, {.status = status, .detail = ids.error().detail});
        co_return;
    }
    std::vector<Answer*> answers;
    auto loads = start(exchange, service, *ids, deadline, answers);
    if (!loads.empty()) co_await runtime::when_all(exchange.worker, std::move(loads));
    if (values_bytes(answers) > options.max_response_bytes) {
        reply_problem(
            exchange,
            {.status = 413,
             .detail = "the answer is larger than response.max_bytes: ask for fewer items"});
        co_return;
    }
    reply_batch(exchange, *ids, answers);
}

}  // namespace aside::front
