#include <utility>

#include "redis/control_link.h"
#include "redis/protocol/command.h"

namespace aside::redis {

namespace {

Errc code_of(ReplyError error) {
    if (error == ReplyError::no_cluster) return Errc::unsupported;
    const ReplyMeaning& meaning = meaning_of(error);
    if (meaning.reason == UnknownReason::denied) return Errc::denied;
    return meaning.node == NodeEffect::not_now ? Errc::busy : Errc::protocol;
}

}  // namespace

TopologyAsk::TopologyAsk(runtime::Endpoint node, std::function<void()> ended)
    : node_(std::move(node)), ended_(std::move(ended)) {}

void TopologyAsk::start(Link& link, SteadyTime deadline) {
    if (!link.facts().cluster) return end(standalone_view(node_));
    link_ = &link;
    for (const auto& [request, command] :
         {std::pair(&slots_, Command::cluster_slots), std::pair(&info_, Command::cluster_info)}) {
        if (!link.pipeline().can_start()) {
            return take_back({Errc::overloaded, "the control connection's pipeline is full"});
        }
        append_command(link.pipeline().output(), command);
        request->deadline = deadline;
        request->under_way = true;
        link.start(*request);
    }
}

void TopologyAsk::Request::replied(const wire::RespNode& reply) {
    under_way = false;
    if (!ask.done()) (ask.*told)(reply);
}

void TopologyAsk::Request::failed(Errc why) {
    under_way = false;
    ask.fail({why, "no answer about the topology"});
}

void TopologyAsk::slots_told(const wire::RespNode& reply) {
    if (reply.type == wire::RespType::error) {
        said_ = classify(reply.text);
        said_text_ = reply.text;
        return fail({code_of(*said_), "CLUSTER SLOTS: " + std::string(name_of(*said_))});
    }
    auto view = parse_cluster_slots(reply, node_);
    if (!view) return fail(view.error());
    view_ = std::move(*view);
}

// Without the epoch a view still counts, only less.
void TopologyAsk::info_told(const wire::RespNode& reply) {
    if (!view_) return;
    if (reply.type == wire::RespType::bulk_string) add_cluster_info(*view_, reply.text);
    end(std::move(*view_));
}

void TopologyAsk::fail(Error why) {
    if (!done()) end(aside::fail(std::move(why)));
}

void TopologyAsk::take_back(const Error& why) {
    for (Request* const request : {&slots_, &info_}) {
        if (std::exchange(request->under_way, false)) link_->give_up(*request);
    }
    fail(why);
}

void TopologyAsk::end(Result<ClusterView> outcome) {
    outcome_.emplace(std::move(outcome));
    if (ended_) ended_();
}

}  // namespace aside::redis
