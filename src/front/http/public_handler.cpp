#include "front/http/public_handler.h"

#include "front/http/batch.h"
#include "front/http/reply.h"

namespace aside::front {

using Call = PublicRoute::Call;

PublicHandler::PublicHandler(Service& service, PublicOptions options)
    : service_(service), options_(options), style_(options) {}

bool PublicHandler::answer_at_once(Exchange& exchange) {
    Scratch& scratch = *exchange.scratch;
    const auto route = public_route(exchange.head, scratch.name, scratch.version);
    if (!route) {
        reply_problem(exchange, route.error());
        return true;
    }
    if (route->call == Call::batch) return false;
    scratch.steps.clear();
    Answer& answer = exchange.outbox.next_answer();
    if (!try_read(exchange, *route, answer)) {
        exchange.outbox.return_answer();
        return false;
    }
    reply_read(exchange, *route, answer, scratch);
    return true;
}

bool PublicHandler::try_read(Exchange& exchange, const PublicRoute& route, Answer& answer) {
    std::vector<Step>* steps = exchange.head.wants_timing ? &exchange.scratch->steps : nullptr;
    if (route.call == Call::item) {
        return service_.try_item(exchange.worker, {route.name, deadline(exchange), steps}, answer);
    }
    return service_.try_object(exchange.worker,
                               {route.name, route.version, deadline(exchange), steps}, answer);
}

void PublicHandler::reply_read(Exchange& exchange, const PublicRoute& route, const Answer& answer,
                               Scratch& scratch) const {
    if (route.call == Call::item)
        reply_item(exchange, style_, route.name, answer, scratch.steps, scratch.text);
    else
        reply_object(exchange, style_, answer, scratch.steps);
}

runtime::Task<> PublicHandler::answer(Exchange& exchange) {
    Scratch scratch;  // of this request alone: it outlives suspensions
    const auto route = public_route(exchange.head, scratch.name, scratch.version);
    if (!route) {
        reply_problem(exchange, route.error());
        co_return;
    }
    if (route->call == Call::batch) {
        co_await answer_batch(exchange, service_, options_, deadline(exchange));
        co_return;
    }
    std::vector<Step>* steps = exchange.head.wants_timing ? &scratch.steps : nullptr;
    Answer& answer = exchange.outbox.next_answer();
    if (route->call == Call::item) {
        const ItemQuery query{route->name, deadline(exchange), steps};
        co_await service_.item(exchange.worker, query, answer);
    } else {
        const ObjectQuery query{route->name, route->version, deadline(exchange), steps};
        co_await service_.object(exchange.worker, query, answer);
    }
    reply_read(exchange, *route, answer, scratch);
}

}  // namespace aside::front
