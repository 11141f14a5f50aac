// One connection of a load: requests out, answers in their order back.
//
// No coroutine and no allocation on the way of an ordinary answer: it is read where it stands in
// the connection's buffer. Thread rule: the load's worker. Ownership: made and kept by its owner,
// used again after gone(); it borrows the owner. Events are told from within io_done, never from
// within a call of the owner's, except broke() from flush().
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "lab/load/answer_head.h"
#include "lab/load/request_book.h"
#include "runtime/stream.h"
#include "wire/http_response.h"

namespace aside::lab::load {

struct Answer {
    int status = 0;
    AnswerSources sources;
    std::int64_t age_s = -1;
    std::string_view head;  // status line and fields
    std::string_view body;
};

// Views of an Answer are good until answered() returns.
class ConnectionOwner {
  public:
    // Any bytes came that may be answers; what follows happens at this time.
    virtual void heard() = 0;
    virtual void answered(LoadConnection& connection, RequestId request, const Answer& answer) = 0;
    // All answers that had come were told, and the connection goes on.
    virtual void has_room(LoadConnection& connection) = 0;
    // It is closed. Those under way get no answer: take_unanswered(). `fate` is that of the first
    // one; `answered` when the server ended it in good order, and has not looked at what came
    // behind its last answer.
    virtual void broke(LoadConnection& connection, Fate fate) = 0;
    // Closed, and no operation is left: it may be adopted for another stream.
    virtual void gone(LoadConnection& connection) = 0;

  protected:
    ~ConnectionOwner() = default;
};

class LoadConnection final : runtime::IoDone {
  public:
    LoadConnection(ConnectionOwner& owner, std::uint64_t answer_bytes_max);
    LoadConnection(const LoadConnection&) = delete;

    void adopt(std::unique_ptr<runtime::Stream> stream, unsigned target);
    // Sends with the next flush(). The connection is open.
    void add(RequestId request, std::string_view bytes);
    void flush();
    // Not told as broke(), but gone() will be.
    void close();
    std::deque<RequestId> take_unanswered();

    bool is_open() const { return open_; }
    unsigned target() const { return target_; }
    std::size_t under_way() const { return under_way_.size(); }
    // An answer came on it before, and nothing of the next one yet: it may have been closed for
    // being idle.
    bool may_be_stale() const { return answers_ > 0 && begin_ == end_ && !reader_; }

    // For the owner's lists.
    bool listed_idle = false, listed_roomy = false;

  private:
    static constexpr std::size_t kBufferBytes = 8 * 1024;
    static constexpr std::size_t kKeptBufferBytes = 256 * 1024;  // a larger one is given back

    struct Writable final : runtime::IoDone {
        explicit Writable(LoadConnection& of) : connection(of) {}
        void io_done(Result<std::size_t> result) override {
            connection.writable(std::move(result));
        }
        LoadConnection& connection;
    };

    void io_done(Result<std::size_t> result) override;  // of a read
    void writable(Result<std::size_t> result);
    void operation_ended();
    void start_read();
    void make_room();
    // False: the connection is closed.
    bool take_answers();
    bool take_plain(std::string_view bytes);
    bool take_odd();
    void tell(const Answer& answer, bool keep_alive);
    void end_of_stream();
    void fail_with(Fate fate);

    ConnectionOwner& owner_;
    const std::uint64_t answer_bytes_max_;
    std::unique_ptr<runtime::Stream> stream_;
    unsigned target_ = 0;
    bool open_ = false;
    bool waiting_writable_ = false;
    unsigned operations_ = 0;
    std::uint64_t answers_ = 0;
    Writable writable_{*this};

    std::string unsent_;
    std::deque<RequestId> under_way_;  // oldest first

    std::unique_ptr<char[]> buffer_;
    std::size_t capacity_ = 0, begin_ = 0, end_ = 0;
    AnswerHead head_;  // of the answer at begin_, where head_known_
    bool head_known_ = false;
    std::unique_ptr<wire::ResponseReader> reader_;  // of an unusual answer
};

}  // namespace aside::lab::load
