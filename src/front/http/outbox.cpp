#include "front/http/outbox.h"

namespace aside::front {

void Outbox::put_first(std::string text) {
    front_ = std::move(text);
    end_run();
    pieces_.insert(pieces_.begin(), front_);
}

void Outbox::seal() {
    end_run();
    const char* text = text_.data();
    for (std::string_view& piece : pieces_) {
        if (piece.data()) continue;
        piece = {text, piece.size()};
        text += piece.size();
    }
    sealed_ = true;
}

void Outbox::advance(std::size_t bytes) {
    sent_ += bytes;
    while (bytes > 0) {
        std::string_view& piece = pieces_[first_piece_];
        if (bytes < piece.size()) {
            piece.remove_prefix(bytes);
            return;
        }
        bytes -= piece.size();
        ++first_piece_;
    }
}

Result<std::uint64_t> Outbox::write(runtime::Stream& stream) {
    if (!sealed_) seal();
    std::uint64_t total = 0;
    while (pending_bytes() > 0) {
        auto taken = stream.try_write(std::span(pieces_).subspan(first_piece_));
        if (!taken) return std::unexpected(std::move(taken.error()));
        if (*taken == 0) break;
        advance(*taken);
        total += *taken;
    }
    return total;
}

void Outbox::clear() {
    for (std::size_t at = 0; at < answers_used_; ++at) answers_[at]->clear();
    answers_used_ = 0;
    if (answers_.size() > kKeptAnswers) answers_.resize(kKeptAnswers);
    if (text_.capacity() > kKeptTextBytes) text_ = {};
    if (pieces_.capacity() > kKeptPieces) pieces_ = {};
    front_ = {};
    text_.clear();
    pieces_.clear();
    run_start_ = first_piece_ = 0;
    value_bytes_ = sent_ = 0;
    sealed_ = false;
}

}  // namespace aside::front
