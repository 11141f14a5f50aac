// The life of a link: wait for its turn, dial, shake hands, carry requests, end, again.
#include <algorithm>
#include <utility>

#include "redis/link/link.h"

namespace aside::redis {

namespace {

constexpr Duration kProvenAfter = std::chrono::seconds(1);  // a session that lived so long is good
// Whoever ended a session that lived so long is dialled once more without a pause: it may have
// closed connections, and no more than that.
constexpr Duration kRedialledAfter = std::chrono::milliseconds(250);
// A connection that is closing holds its place for so long, as a rule.
constexpr Duration kPlaceRetry = std::chrono::milliseconds(10);
// Links that wait for the dial budget do not all come back at once.
constexpr Duration kBudgetJitter = std::chrono::milliseconds(100);
// A TLS handshake that failed, and a server that is full, cost more than a dial.
constexpr double kDearDial = 1;

Duration part_of(Duration span, Random& random) {
    const auto part = random.below(static_cast<std::uint64_t>(span.count()));
    return Duration(static_cast<Duration::rep>(part));
}

}  // namespace

struct Link::Nap {
    Link& link;
    SteadyTime until;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> frame) {
        link.napping_ = frame;
        link.arm_by(until);
    }
    void await_resume() const noexcept {}
};

struct Link::WriterEnd {
    Link& link;
    bool await_ready() const noexcept { return !link.write_room_.awaited; }
    void await_suspend(std::coroutine_handle<> frame) { link.write_room_.end_waiting = frame; }
    void await_resume() const noexcept {}
};

runtime::Task<> Link::run() {
    while (!closed_) {
        co_await wait_for_turn();
        if (std::exchange(resting_, false)) redialling_ = true;
        if (closed_) break;
        state_ = LinkState::dialling;
        broken_.reset();
        long_backoff_ = false;
        const Result<void> dialled = co_await dial();
        if (dialled) {
            co_await carry();
            // The socket's last operation must have ended before the socket does.
            co_await WriterEnd{*this};
        } else {
            broken_ = dialled.error();
        }
        end_session();
    }
    place_.reset();
    state_ = LinkState::idle;
    timer_->disarm();
    --tasks_;
}

// The backoff, then the budgets for connections and dials.
runtime::Task<> Link::wait_for_turn() {
    while (!closed_) {
        const SteadyTime now = worker_.now();
        const bool backing_off = not_before_ > now && !seeking_;
        const SteadyTime at = backing_off ? not_before_ : ask_for_turn(now);
        if (at <= now) co_return;
        redialling_ = seeking_ = false;
        state_ = LinkState::waiting;
        const bool awaits_news = not_before_ > now && !resting_;
        if (awaits_news) door_->wait_begins();
        Nap nap{*this, at};
        co_await nap;
        if (awaits_news) door_->wait_ends();
    }
}

// `now`: it is this link's turn; else when to ask again.
SteadyTime Link::ask_for_turn(SteadyTime now) {
    const bool placed = static_cast<bool>(place_);
    if (!placed) {
        if (!door_->enter(NodeDoor::Part::essential)) return now + kPlaceRetry;
        place_ = DoorPlace(door_, NodeDoor::Part::essential);
    }
    SteadyTime granted = door_->turn(now);
    if (granted <= now) {
        granted = take_token(now);
    }
    if (granted <= now) return now;
    if (!placed) place_.reset();
    return granted + part_of(kBudgetJitter, worker_.random());
}

// One that is sought in vain waits on as if it had not been.
SteadyTime Link::take_token(SteadyTime now) {
    DialBudget& dials = environment_.dials;
    if (seeking_) {
        if (dials.take(now, DialBudget::Haste::seeks) <= now) return now;
        seeking_ = false;
        if (not_before_ > now) return not_before_;
    }
    const bool read_waits = (redialling_ || hasty_) && purpose_ == LinkPurpose::read;
    return dials.take(now, read_waits ? DialBudget::Haste::read_waits : DialBudget::Haste::none);
}

runtime::Task<Result<void>> Link::dial() {
    ++session_;
    dial_stood_still_ = false;
    const Result<Credentials> credentials = co_await ask_credentials();
    if (!credentials) co_return fail(credentials.error());
    if (closed_) co_return fail(Errc::cancelled, "closed");
    tried_ = true;
    if (environment_.tried != nullptr) environment_.tried->add(worker_.index());
    const bool tls = environment_.connect.tls != nullptr;
    const SteadyTime deadline = worker_.now() + environment_.connect_timeout +
                                (tls ? environment_.handshake_timeout : Duration::zero());
    auto stream = co_await worker_.connect(endpoint_, deadline, environment_.connect);
    if (!stream) {
        const Errc code = stream.error().code;
        if (tls && (code == Errc::denied || code == Errc::protocol))
            environment_.dials.charge(kDearDial);
        co_return fail(std::move(stream.error()));
    }
    if (closed_) co_return fail(Errc::cancelled, "closed");
    stream_ = std::move(*stream);
    pipeline_.emplace(environment_.pipeline, static_cast<PushHandler*>(this));
    write_failed_ = false;
    last_was_late_ = false;
    handshake_began_ = worker_.now();
    if (dial_stood_still_) await_proof(handshake_began_);
    handshake_.emplace(wants_, *credentials);
    renew_by(credentials->renew_by);
    handshake_->start(pipeline_->output());
    start(handshake_request_);
    co_return Result<void>{};
}

// Reads until the session ends.
runtime::Task<> Link::carry() {
    while (!broken_) {
        const Result<std::size_t> got = co_await runtime::read_some(*stream_, pipeline_->room());
        if (broken_) break;
        if (!got || *got == 0) {
            break_off(got ? Error{Errc::connection_lost, "the peer closed the connection", 0}
                          : got.error());
            break;
        }
        const SteadyTime now = worker_.now();
        if (state_ == LinkState::up) heard(now);
        if (broken_) break;
        if (!pipeline_->received(*got, now) && !broken_) {
            const bool full = pipeline_->last_words() == ReplyError::max_clients;
            break_off(Error{full ? Errc::overloaded : Errc::protocol,
                            std::string(pipeline_->problem()), 0});
        }
    }
}

void Link::handshake_replied(const wire::RespNode& reply) {
    Result<bool> done = handshake_->reply(reply, pipeline_->output());
    if (!done) {
        break_off(std::move(done.error()));
    } else if (*done) {
        take_up();
    } else {
        start(handshake_request_);
    }
}

// Told before what follows in the same bytes: an invalidation may come right behind the last OK.
void Link::take_up() {
    facts_ = handshake_->facts();
    handshake_.reset();
    dial_stood_still_ = false;
    state_ = LinkState::up;
    redialling_ = hasty_ = seeking_ = false;
    tried_ = false;
    up_since_ = worker_.now();
    health_.connected(up_since_);
    tell_health();
    const bool news = door_->reached(up_since_);
    if (closed_) return;
    owner_->link_up(facts_);
    if (news && environment_.news != nullptr) environment_.news->reached(endpoint_);
}

void Link::pushed(const wire::RespNode& push) {
    if (!closed_ && state_ == LinkState::up) owner_->link_pushed(push);
}

void Link::end_session() {
    const Error why = broken_.value_or(Error{});
    const SteadyTime now = worker_.now();
    const Duration lived = state_ == LinkState::up ? now - up_since_ : Duration::zero();
    const bool proven = lived >= kProvenAfter;
    // What had died while this process stood still: so have others'. Only what reads wait for is
    // dialled at once.
    const bool died_unheard = suspected_ || dial_stood_still_;
    suspected_ = dial_stood_still_ = false;
    const bool awaited = !closed_ && (!died_unheard || owner_->link_awaited());
    // How young it was, or how late, says nothing of the server then.
    const bool lost = died_unheard
                          ? why.code == Errc::connection_lost || why.code == Errc::timed_out
                          : why.code == Errc::connection_lost && lived >= kRedialledAfter;
    redialling_ = lost && awaited && (!died_unheard || purpose_ == LinkPurpose::read);
    resting_ = died_unheard && !closed_ && !awaited;
    state_ = LinkState::waiting;
    seeking_ = false;
    refused_ = why.code == Errc::refused;
    if (refused_) environment_.dials.refused();
    if (proven) {
        backoff_.reset();
        denied_before_ = false;
    }
    if (redialling_) {
        not_before_ = now;
    } else if (resting_) {
        not_before_ = now + part_of(kRestMax, worker_.random());
    } else {
        not_before_ = now + backoff_after(why);
    }
    stream_.reset();
    place_.reset();
    if (std::exchange(tried_, false) && !closed_ && environment_.failed != nullptr)
        environment_.failed->add(worker_.index());
    handshake_.reset();
    renew_at_ = kNever;
    timer_->disarm();
    armed_for_ = kNever;
    pipeline_->fail_all(why.code == Errc::protocol ? Errc::protocol : Errc::connection_lost);
    if (!closed_) owner_->link_down(why);
}

void Link::end_rest() {
    resting_ = false;
    redialling_ = true;
    state_ = LinkState::dialling;
    not_before_ = worker_.now();
    if (napping_) arm_by(not_before_);
}

Duration Link::backoff_after(const Error& why) {
    Random& random = worker_.random();
    if (why.code == Errc::overloaded) {
        environment_.dials.charge(kDearDial);
        door_->full(worker_.now());
    }
    if (long_backoff_ || why.code == Errc::overloaded) return backoff_.next_long(random);
    // It answers. Who breaks off for bytes that do not verify sees to it that this is seldom.
    if (why.code == Errc::corrupt) backoff_.reset();
    const bool by_server = why.code == Errc::denied && stream_ != nullptr;
    if (by_server && environment_.passwords != nullptr && !std::exchange(denied_before_, true)) {
        return Duration::zero();  // credentials asked anew may be others: they may be rotating
    }
    const Duration next = backoff_.next(random);
    if (why.code == Errc::denied) return environment_.backoff.long_floor + next;
    return health_.health() == Health::open ? environment_.health.trial_every + next : next;
}

}  // namespace aside::redis
