// The Merkle tree of the transparency log (RFC 6962 2.1, SHA-256): hashes, and the right edge that grows with every
// commit. Values only, no threads, no storage.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/crypto.hpp"
#include "base/result.hpp"

namespace ingot::storage {

Digest leaf_hash(std::string_view entry);                    // SHA-256(0x00 | entry)
Digest node_hash(Digest const& left, Digest const& right);   // SHA-256(0x01 | left | right)
Digest empty_root();                                         // SHA-256("")
Digest merkle_root(std::vector<Digest> const& leaf_hashes);  // MTH over leaf hashes

// The roots of the full subtrees that make up a tree of some size, largest first: at most 64.
class Frontier {
  public:
    // Told of every completed tile: hash n of tile level `level` >= 1 (spec/transparency-log.md 2.5).
    using TileSink = std::function<void(uint8_t level, uint64_t n, Digest const&)>;

    void append(Digest const& leaf, TileSink const& sink = {}) { append_subtree(0, leaf, sink); }
    // Appends a full subtree of 2^height leaves; the size must be a multiple of 2^height.
    void append_subtree(uint8_t height, Digest const& root, TileSink const& sink = {});

    uint64_t size() const { return size_; }
    Digest root() const;

    // 32 bytes a subtree, left to right; the heights follow from the size.
    std::string encode() const;
    static Result<Frontier> decode(uint64_t size, std::string_view bytes);

    bool operator==(Frontier const&) const = default;

  private:
    struct Peak {
        uint8_t height = 0;
        Digest hash{};
        bool operator==(Peak const&) const = default;
    };
    std::vector<Peak> peaks_;
    uint64_t size_ = 0;
};

}  // namespace ingot::storage
