// Test support: a read's plan driven by words, in a world of one slot with a primary P, replicas R
// and S, and other nodes X and Y.
#pragma once

#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "redis/read_plan.h"

namespace aside::redis {

class PlannedRead final : public ReadScene {
  public:
    explicit PlannedRead(bool zones = false) : plan(7, 5, zones) {}

    // Words that change the world: "down P", "unproven P", "connecting R", "reconnecting P",
    // "suspect P", "slow P", "full P", "ready P", "near R", "sought P", "map X" (X is the primary
    // now), "alone" (no replicas), "unserved". Words that are events: "start", "val 0", "nil 0",
    // "doubtful-nil 0", "bad 0", "err 0 LOADING …", "moved 0 X", "ask 0 X" (X may be "?"), "lost
    // 0", "refused 0", "full-now 0", "hedge", "late", "over". Gives what the plan says: "ask0 P",
    // "ask1 R asking", "afresh0 P", "wait", "hit", "miss", "unknown timed_out"; for a change of the
    // world "-".
    std::string operator()(const std::string& words) {
        std::istringstream in(words);
        std::string verb;
        std::string first;
        in >> verb >> first;
        if (change(verb, first)) return "-";
        const std::size_t lane = first == "1" ? 1 : 0;
        std::string rest;
        std::getline(in >> std::ws, rest);
        return say(event(verb, lane, rest));
    }

    SlotCopies copies(std::uint16_t) override { return {primary, replicas}; }
    Standing standing(NodeId node) override {
        const auto at = standings.find(node);
        return at == standings.end() ? Standing::ready : at->second;
    }
    bool near(NodeId node) override { return near_nodes.contains(node); }
    bool seek(NodeId node) override { return sought.contains(node); }

    static constexpr std::string_view kNodes = "PRSXY";
    static NodeId node_of(const std::string& name) {
        return static_cast<NodeId>(kNodes.find(name[0]));
    }

    NodeId primary = 0;
    std::vector<NodeId> replicas{1, 2};
    std::map<NodeId, Standing> standings;
    std::set<NodeId> near_nodes;
    std::set<NodeId> sought;  // who may be back
    ReadPlan plan;

  private:
    bool change(const std::string& verb, const std::string& node) {
        static const std::map<std::string, Standing> by_word = {
            {"ready", Standing::ready},
            {"unproven", Standing::unproven},
            {"connecting", Standing::connecting},
            {"reconnecting", Standing::reconnecting},
            {"down", Standing::down},
            {"suspect", Standing::suspect},
            {"slow", Standing::slow},
            {"full", Standing::full}};
        if (const auto at = by_word.find(verb); at != by_word.end()) {
            standings[node_of(node)] = at->second;
        } else if (verb == "near") {
            near_nodes.insert(node_of(node));
        } else if (verb == "sought") {
            sought.insert(node_of(node));
        } else if (verb == "map") {
            primary = node_of(node);
        } else if (verb == "alone") {
            replicas.clear();
        } else if (verb == "unserved") {
            primary = kNoNode;
            replicas.clear();
        } else {
            return false;
        }
        return true;
    }
    PlanStep event(const std::string& verb, std::size_t lane, const std::string& rest) {
        if (verb == "start") return start();
        if (verb == "val") return plan.value(lane);
        if (verb == "nil") return plan.nil(lane, true, *this);
        if (verb == "doubtful-nil") return plan.nil(lane, false, *this);
        if (verb == "bad") return plan.mismatch(lane, *this);
        if (verb == "err") return plan.error(lane, meaning_of(classify(rest)), *this);
        if (verb == "moved") return redirect(ReplyError::moved, lane, rest);
        if (verb == "ask") return redirect(ReplyError::ask, lane, rest);
        if (verb == "lost") return plan.failed(lane, Errc::connection_lost, *this);
        if (verb == "refused") return plan.failed(lane, Errc::refused, *this);
        if (verb == "full-now") return plan.failed(lane, Errc::overloaded, *this);
        if (verb == "hedge") return plan.late(true, *this);
        if (verb == "late") return plan.late(false, *this);
        if (verb == "over") return plan.over();
        ADD_FAILURE() << "no such event: " << verb;
        return {};
    }
    PlanStep start() { return plan.start(*this); }
    PlanStep redirect(ReplyError error, std::size_t lane, const std::string& to) {
        const ReplyMeaning& meaning = meaning_of(error);
        if (to == "?") return plan.redirect(lane, meaning, std::nullopt, false, *this);
        const NodeId node = node_of(to);
        return plan.redirect(lane, meaning, node, node == asked_[lane], *this);
    }
    std::string say(const PlanStep& step) {
        switch (step.kind) {
            case PlanStep::Kind::wait:
                return "wait";
            case PlanStep::Kind::ask:
            case PlanStep::Kind::ask_afresh: {
                asked_[step.lane] = step.node;
                std::string text = step.kind == PlanStep::Kind::ask ? "ask" : "afresh";
                text += std::to_string(step.lane) + " " + kNodes[step.node];
                return step.asking ? text + " asking" : text;
            }
            case PlanStep::Kind::done:
                break;
        }
        if (step.state == RemoteState::hit) return "hit";
        if (step.state == RemoteState::miss) return "miss";
        return "unknown " + std::string(name_of(step.reason));
    }

    NodeId asked_[ReadPlan::kLanes] = {kNoNode, kNoNode};
};

}  // namespace aside::redis
