#include "engine/index_entry.h"

#include <cstring>
#include <vector>

namespace aside::engine {

bool IndexEntry::same_references(const IndexEntry& other) const {
    if (size() != other.size()) return false;
    for (std::uint32_t i = 0; i < size(); ++i) {
        const KeyView mine = slot(i);
        const KeyView theirs = other.slot(i);
        if (mine.kind != theirs.kind || mine.bytes != theirs.bytes) return false;
    }
    return true;
}

namespace {

class EntryWriter {
  public:
    EntryWriter(std::size_t header_bytes, std::size_t slot_bytes, std::size_t slots)
        : next_slot_(header_bytes), slot_bytes_(slot_bytes) {
        body_.resize(header_bytes + slot_bytes * slots);
    }
    template <class T>
    void write(std::size_t at, T value) {
        std::memcpy(body_.data() + at, &value, sizeof value);
    }
    void add(const KeyView& key) {
        write(next_slot_, key.hash);
        write(next_slot_ + 8, static_cast<std::uint32_t>(body_.size()));
        write(next_slot_ + 12, static_cast<std::uint16_t>(key.bytes.size()));
        write(next_slot_ + 14, static_cast<std::uint8_t>(key.kind));
        next_slot_ += slot_bytes_;
        body_.append(key.bytes);
    }
    std::string take() { return std::move(body_); }

  private:
    std::string body_;
    std::size_t next_slot_;
    std::size_t slot_bytes_;
};

}  // namespace

std::string encode_index_entry(std::span<const KeyView> references, const Value* replaced) {
    const auto write = [&](const IndexEntry* previous, bool previous_of_previous,
                           SteadyTime previous_time) {
        const std::uint32_t kept = !previous              ? 0
                                   : previous_of_previous ? previous->previous_size()
                                                          : previous->size();
        EntryWriter writer(IndexEntry::kHeaderBytes, IndexEntry::kSlotBytes,
                           references.size() + kept);
        writer.write(0, static_cast<std::uint32_t>(references.size()));
        writer.write(4, kept);
        writer.write(8, static_cast<std::int64_t>(previous_time.time_since_epoch().count()));
        for (const KeyView& reference : references) writer.add(reference);
        for (std::uint32_t i = 0; i < kept; ++i) {
            writer.add(previous_of_previous ? previous->previous(i) : (*previous)[i]);
        }
        return writer.take();
    };

    std::string alone = write(nullptr, false, SteadyTime{});
    if (!replaced || replaced->absent()) return alone;
    const IndexEntry old(replaced->body());
    if (!old.same_references(IndexEntry(alone))) return write(&old, false, replaced->origin_time());
    if (old.previous_size() > 0) return write(&old, true, old.previous_origin_time());
    return alone;
}

std::string encode_index_entry(const memory::Store& store, std::span<const Reference> references,
                               const Value* replaced) {
    std::vector<std::string> names(references.size());
    std::vector<KeyView> keys(references.size());
    for (std::size_t i = 0; i < references.size(); ++i) {
        write_object_key(references[i].key, references[i].version, names[i]);
        const ValueKind kind = kind_of(references[i]);
        keys[i] = {kind, store.hash(kind, names[i]), names[i]};
    }
    return encode_index_entry(keys, replaced);
}

}  // namespace aside::engine
