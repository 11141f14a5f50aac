#include "lab/sim/keyspace.h"

#include <algorithm>

namespace aside::lab {

std::uint16_t slot_of_key(std::string_view name) {
    const auto open = name.find('{');
    if (open != std::string_view::npos) {
        const auto close = name.find('}', open + 1);
        if (close != std::string_view::npos && close != open + 1) {
            name = name.substr(open + 1, close - open - 1);
        }
    }
    std::uint32_t crc = 0;
    for (const char c : name) {
        crc ^= static_cast<std::uint32_t>(static_cast<unsigned char>(c)) << 8U;
        for (int bit = 0; bit < 8; ++bit) {
            crc = (crc & 0x8000U) != 0 ? (crc << 1U) ^ 0x1021U : crc << 1U;
        }
        crc &= 0xffffU;
    }
    return static_cast<std::uint16_t>(crc % 16384U);
}

const StoredValue* Keyspace::find(std::string_view name, SteadyTime now) const {
    const auto found = keys_.find(name);
    return found == keys_.end() || found->second.expires <= now ? nullptr : &found->second;
}

void Keyspace::apply(const Effect& effect) {
    switch (effect.kind) {
        case Effect::Kind::set:
            keys_[effect.name] = effect.value;
            keys_[effect.name].slot = slot_of_key(effect.name);
            break;
        case Effect::Kind::erase:
            keys_.erase(effect.name);
            break;
        case Effect::Kind::flush:
            keys_.clear();
            break;
    }
}

std::vector<std::string> Keyspace::sweep(SteadyTime now) {
    std::vector<std::string> gone;
    for (auto key = keys_.begin(); key != keys_.end();) {
        if (key->second.expires > now) {
            ++key;
            continue;
        }
        gone.push_back(key->first);
        key = keys_.erase(key);
    }
    return gone;
}

std::vector<std::string> Keyspace::names_in(std::uint16_t slot, SteadyTime now) const {
    std::vector<std::string> names;
    for (const auto& [name, value] : keys_) {
        if (value.expires > now && value.slot == slot) names.push_back(name);
    }
    return names;
}

}  // namespace aside::lab
