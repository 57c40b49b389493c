#include "storage/merkle.hpp"

#include <bit>
#include <cstring>

namespace ingot::storage {

Digest leaf_hash(std::string_view entry) {
    thread_local Sha256 hash;
    return hash.add(std::string_view("\0", 1)).add(entry).finish();
}

Digest node_hash(Digest const& left, Digest const& right) {
    std::array<char, 65> input;
    input[0] = 1;
    std::memcpy(input.data() + 1, left.data(), 32);
    std::memcpy(input.data() + 33, right.data(), 32);
    return sha256({input.data(), input.size()});
}

Digest empty_root() { return sha256(""); }

Digest merkle_root(std::vector<Digest> const& leaf_hashes) {
    Frontier frontier;
    for (auto const& leaf : leaf_hashes) frontier.append(leaf);
    return frontier.root();
}

void Frontier::append_subtree(uint8_t height, Digest const& root, TileSink const& sink) {
    peaks_.push_back({height, root});
    size_ += uint64_t(1) << height;
    while (peaks_.size() >= 2 && peaks_[peaks_.size() - 2].height == peaks_.back().height) {
        Peak right = peaks_.back();
        peaks_.pop_back();
        Peak& left = peaks_.back();
        left.hash = node_hash(left.hash, right.hash);
        ++left.height;
        if (left.height % 8 == 0 && sink) sink(uint8_t(left.height / 8), (size_ >> left.height) - 1, left.hash);
    }
}

Digest Frontier::root() const {
    if (peaks_.empty()) return empty_root();
    Digest root = peaks_.back().hash;
    for (size_t i = peaks_.size() - 1; i-- > 0;) root = node_hash(peaks_[i].hash, root);
    return root;
}

std::string Frontier::encode() const {
    std::string bytes;
    bytes.reserve(peaks_.size() * 32);
    for (auto const& peak : peaks_) bytes += bytes_of(peak.hash);
    return bytes;
}

Result<Frontier> Frontier::decode(uint64_t size, std::string_view bytes) {
    if (bytes.size() != size_t(std::popcount(size)) * 32)
        return fail(Code::DataDamaged,
                    "the frontier of the commit record does not fit a tree of " + std::to_string(size) + " leaves");
    Frontier frontier;
    frontier.size_ = size;
    size_t at = 0;
    for (int height = 63; height >= 0; --height) {
        if ((size >> height & 1) == 0) continue;
        Peak peak{uint8_t(height), {}};
        std::memcpy(peak.hash.data(), bytes.data() + at, 32);
        frontier.peaks_.push_back(peak);
        at += 32;
    }
    return frontier;
}

}  // namespace ingot::storage
