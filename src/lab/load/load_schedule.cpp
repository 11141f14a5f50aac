#include "lab/load/load_machine.h"

namespace aside::lab::load {

void LoadRun::Machine::start() {
    began_ = now_ = worker_.now();
    if (!flat_out()) {
        draw_next();
        return send_due();
    }
    due_timer_->arm(began_ + settings_.arrivals.span());
    for (unsigned i = 0; i < targets_.size(); ++i) dial_as_wanted(i);
}

// Every share draws the whole schedule and leaves out what is others': so it is the same for any
// number of them.
void LoadRun::Machine::draw_next() {
    next_.reset();
    while (const auto due = arrivals_.next()) {
        const std::uint64_t key = settings_.keys->next(random_);
        const std::uint64_t number = number_++;
        if (!is_ours(number, key)) continue;
        next_ = Next{number, key, began_ + *due};
        return;
    }
}

bool LoadRun::Machine::is_ours(std::uint64_t number, std::uint64_t key) const {
    const LoadSettings::Share& share = settings_.share;
    return (settings_.cdn == nullptr ? number : key) % share.of == share.index;
}

std::uint64_t LoadRun::Machine::next_flat_out(std::uint64_t& key) {
    for (;;) {
        key = settings_.keys->next(random_);
        const std::uint64_t number = number_++;
        if (is_ours(number, key)) return number;
    }
}

void LoadRun::Machine::send_due() {
    now_ = worker_.now();
    for (unsigned sent = 0; next_ && next_->due <= now_; ++sent) {
        if (sent == kSendsAtOnce) return due_timer_->arm(now_);
        const Next due = *next_;
        draw_next();
        become_due(due.number, due.key, due.due);
        now_ = worker_.now();
    }
    next_ ? due_timer_->arm(next_->due) : schedule_ends();
}

void LoadRun::Machine::become_due(std::uint64_t number, std::uint64_t key, SteadyTime due) {
    ++counts_.due;
    if (!cdn_lets_pass(key, due)) return;
    const RequestId id = book_.add(number, key, due);
    book_[id].target = static_cast<unsigned>(number % targets_.size());
    place(id);
    if (book_[id].live && book_[id].number == number && book_[id].on != nullptr) {
        counts_.latest_start = std::max(counts_.latest_start, now_ - due);
    }
    watch_patience();
}

bool LoadRun::Machine::cdn_lets_pass(std::uint64_t key, SteadyTime due) {
    if (settings_.cdn == nullptr) return true;
    const CdnAnswer answer = settings_.cdn->ask(key, now_);
    if (answer == CdnAnswer::hit) {
        ++counts_.ended;
        observer_.cdn_answered({.key = key, .due = due, .ended = due});
    }
    if (answer == CdnAnswer::waits) behind_a_fetch_[key].push_back(due);
    return answer == CdnAnswer::fetches;
}

void LoadRun::Machine::stop() {
    next_.reset();
    schedule_ends();
}

void LoadRun::Machine::schedule_ends() {
    schedule_ended_ = true;
    due_timer_->disarm();
    check_end();
}

void LoadRun::Machine::abandon() {
    next_.reset();
    while (book_.oldest() != kNoRequest) book_.end(book_.oldest());
    for (Target& target : targets_) {
        target.waiting.clear();
        target.waits = 0;
    }
    close_all();
    schedule_ends();
}

}  // namespace aside::lab::load
