#include "lab/load/load_connection.h"

#include <algorithm>
#include <cstring>

namespace aside::lab::load {

LoadConnection::LoadConnection(ConnectionOwner& owner, std::uint64_t answer_bytes_max)
    : owner_(owner), answer_bytes_max_(answer_bytes_max) {}

void LoadConnection::adopt(std::unique_ptr<runtime::Stream> stream, unsigned target) {
    stream_ = std::move(stream);
    target_ = target;
    open_ = true;
    waiting_writable_ = head_known_ = false;
    answers_ = 0;
    begin_ = end_ = 0;
    unsent_.clear();
    reader_.reset();
    if (!buffer_) {
        buffer_ = std::make_unique_for_overwrite<char[]>(kBufferBytes);
        capacity_ = kBufferBytes;
    }
    start_read();
}

// --- out

void LoadConnection::add(RequestId request, std::string_view bytes) {
    under_way_.push_back(request);
    unsent_.append(bytes);
}

void LoadConnection::flush() {
    if (waiting_writable_ || unsent_.empty()) return;
    const std::string_view piece = unsent_;
    const auto wrote = stream_->try_write(std::span(&piece, 1));
    if (!wrote) return fail_with(Fate::lost);
    if (*wrote == unsent_.size()) {
        unsent_.clear();
        return;
    }
    unsent_.erase(0, *wrote);
    waiting_writable_ = true;
    ++operations_;
    stream_->start_wait_writable(writable_);
}

void LoadConnection::writable(Result<std::size_t> result) {
    waiting_writable_ = false;
    if (open_) {
        if (result) {
            flush();
        } else {
            fail_with(Fate::lost);
        }
    }
    operation_ended();
}

void LoadConnection::close() {
    if (!open_) return;
    open_ = false;
    stream_->close();  // the read under way ends, and with it this
}

std::deque<RequestId> LoadConnection::take_unanswered() {
    return std::exchange(under_way_, {});
}

void LoadConnection::fail_with(Fate fate) {
    if (!open_) return;
    open_ = false;
    stream_->close();
    ++operations_;  // what the owner does now does not end it yet
    owner_.broke(*this, fate);
    operation_ended();
}

void LoadConnection::operation_ended() {
    if (--operations_ == 0 && !open_) {
        stream_.reset();
        owner_.gone(*this);
    }
}

// --- in

void LoadConnection::start_read() {
    make_room();
    ++operations_;
    stream_->start_read({buffer_.get() + end_, capacity_ - end_}, *this);
}

void LoadConnection::make_room() {
    if (begin_ == end_) {
        begin_ = end_ = 0;
        if (capacity_ > kKeptBufferBytes && !head_known_) {
            buffer_ = std::make_unique_for_overwrite<char[]>(kBufferBytes);
            capacity_ = kBufferBytes;
        }
    }
    const std::size_t held = end_ - begin_;
    std::size_t wanted = held < capacity_ / 2 ? capacity_ : 2 * capacity_;
    if (head_known_) wanted = std::max<std::size_t>(wanted, head_.all_bytes() + 1);
    if (wanted > capacity_) {
        auto larger = std::make_unique_for_overwrite<char[]>(wanted);
        std::memcpy(larger.get(), buffer_.get() + begin_, held);
        buffer_ = std::move(larger);
        capacity_ = wanted;
    } else if (begin_ > 0) {
        std::memmove(buffer_.get(), buffer_.get() + begin_, held);
    }
    begin_ = 0;
    end_ = held;
}

void LoadConnection::io_done(Result<std::size_t> result) {
    if (open_) {
        owner_.heard();
        if (!result) {
            fail_with(Fate::lost);
        } else if (*result == 0) {
            end_of_stream();
        } else {
            end_ += *result;
            if (take_answers() && open_) start_read();
        }
    }
    operation_ended();
}

// The owner is told only at the end that there is room, so that what it then sends leaves in one
// write.
bool LoadConnection::take_answers() {
    const std::uint64_t before = answers_;
    while (open_ && begin_ < end_) {
        // Said unasked, as by a server that tells why it ends an idle connection.
        if (under_way_.empty()) {
            fail_with(Fate::lost);
            return false;
        }
        const std::string_view bytes(buffer_.get() + begin_, end_ - begin_);
        if (!reader_ && take_plain(bytes)) continue;
        if (!reader_ || !take_odd()) break;
    }
    if (open_ && answers_ != before) owner_.has_room(*this);
    return open_;
}

// True: an answer was taken, or the rest is to be looked at again.
bool LoadConnection::take_plain(std::string_view bytes) {
    if (!head_known_) {
        switch (scan_answer_head(bytes, head_)) {
            case HeadScan::whole:
                head_known_ = true;
                break;
            case HeadScan::incomplete:
                if (bytes.size() > wire::ResponseLimits{}.head_bytes) fail_with(Fate::malformed);
                return false;
            case HeadScan::odd:
                reader_ = std::make_unique<wire::ResponseReader>(
                    wire::ResponseLimits{.body_bytes = answer_bytes_max_,
                                         .error_body_bytes = answer_bytes_max_},
                    false);
                return true;
            case HeadScan::not_http:
                fail_with(Fate::malformed);
                return false;
        }
        if (head_.body_bytes > answer_bytes_max_) {
            fail_with(Fate::malformed);
            return false;
        }
    }
    if (bytes.size() < head_.all_bytes()) return false;
    head_known_ = false;
    begin_ += head_.all_bytes();
    tell({.status = head_.status,
          .sources = head_.sources,
          .age_s = head_.age_s,
          .head = bytes.substr(0, head_.head_bytes),
          .body = bytes.substr(head_.head_bytes, head_.body_bytes)},
         head_.keep_alive);
    return true;
}

namespace {

std::string head_text(wire::ResponseHead& head) {
    std::string text = "HTTP/1.1 " + std::to_string(head.status) + "\r\n";
    for (const wire::HttpField& field : head.fields()) {
        text.append(field.name).append(": ").append(field.value).append("\r\n");
    }
    return text += "\r\n";
}

}  // namespace

bool LoadConnection::take_odd() {
    const auto used = reader_->feed({buffer_.get() + begin_, end_ - begin_});
    if (!used) {
        fail_with(Fate::malformed);
        return false;
    }
    begin_ += *used;
    if (!reader_->done()) return false;
    const auto reader = std::move(reader_);
    wire::ResponseHead& head = reader->head();
    const std::string text = head_text(head), body = reader->take_body();
    tell({.status = static_cast<int>(head.status),
          .sources = parse_sources(head.field("cache-status")),
          .age_s = parse_age(head.field("age")),
          .head = text,
          .body = body},
         reader->keep_alive());
    return true;
}

void LoadConnection::tell(const Answer& answer, bool keep_alive) {
    const RequestId request = under_way_.front();
    under_way_.pop_front();
    ++answers_;
    owner_.answered(*this, request, answer);
    if (!keep_alive) fail_with(Fate::answered);
}

// A body may end so.
void LoadConnection::end_of_stream() {
    if (reader_ && !under_way_.empty() && reader_->end_of_stream() && reader_->done()) {
        begin_ = end_ = 0;
        take_odd();
    }
    fail_with(Fate::lost);
}

}  // namespace aside::lab::load
