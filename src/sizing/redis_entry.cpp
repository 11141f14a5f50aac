#include "sizing/redis_entry.h"

#include <bit>

namespace aside::sizing {

namespace {

constexpr std::uint64_t kQuantum = 16;
constexpr std::uint64_t kClassesPerPower = 4;
constexpr std::uint64_t kLastEvenClass = 128;
constexpr std::uint64_t kPage = 4096;
constexpr std::uint64_t kLargestInSlab = 14'336;  // beyond it whole pages

constexpr std::uint64_t kDictEntry = 24;
constexpr std::uint64_t kSlotListEntry = 16;
constexpr std::uint64_t kTablePart = 12;
constexpr std::uint64_t kObject = 16;
constexpr std::uint64_t kEmbeddedMost = 44;  // OBJ_ENCODING_EMBSTR_SIZE_LIMIT

std::uint64_t rounded(std::uint64_t bytes, std::uint64_t to) {
    return (bytes + to - 1) / to * to;
}

std::uint64_t sds_bytes(std::uint64_t length) {
    const std::uint64_t header = length < 32            ? 1
                                 : length < 256         ? 3
                                 : length < (1U << 16)  ? 5
                                 : length < (1UL << 32) ? 9
                                                        : 17;
    return allocated_bytes(header + length + 1);
}

}  // namespace

std::uint64_t allocated_bytes(std::uint64_t bytes) {
    if (bytes <= kLastEvenClass) return rounded(bytes == 0 ? 1 : bytes, kQuantum);
    const std::uint64_t step = std::bit_floor(bytes - 1) / kClassesPerPower;
    const std::uint64_t of_class = rounded(bytes, step);
    return bytes > kLargestInSlab ? rounded(of_class, kPage) : of_class;
}

std::uint64_t redis_entry_bytes(std::uint64_t key_bytes, std::uint64_t value_bytes,
                                const EntryShape& shape) {
    std::uint64_t bytes = allocated_bytes(kDictEntry + (shape.in_cluster ? kSlotListEntry : 0));
    bytes += kTablePart + sds_bytes(key_bytes);
    if (shape.expires) bytes += allocated_bytes(kDictEntry) + kTablePart;
    if (value_bytes <= kEmbeddedMost) return bytes + allocated_bytes(kObject + 3 + value_bytes + 1);
    return bytes + allocated_bytes(kObject) + sds_bytes(value_bytes);
}

}  // namespace aside::sizing
