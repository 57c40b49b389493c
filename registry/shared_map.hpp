// An ordered map by text whose copies share their entries: copying one costs a pointer, a change makes O(log n) small
// nodes and leaves every other copy as it was. A treap with path copying; the rank of a node is a hash of its key.
//
// Thread safe as a value: copies may be read by many threads; one copy is changed by one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ingot::registry {

template <class Value>
class SharedMap {
  public:
    using Entry = std::pair<std::string const, Value>;

  private:
    struct Node;
    using Link = std::shared_ptr<Node const>;
    using EntryLink = std::shared_ptr<Entry const>;
    struct Node {
        EntryLink entry;
        uint64_t rank;
        Link left, right;
    };

  public:
    // In order of the keys. Good while the map it came from lives unchanged.
    class Iterator {
      public:
        Entry const& operator*() const { return *path_.back()->entry; }
        Entry const* operator->() const { return path_.back()->entry.get(); }
        Iterator& operator++() {
            Node const* node = path_.back()->right.get();
            path_.pop_back();
            for (; node; node = node->left.get()) path_.push_back(node);
            return *this;
        }
        bool operator==(Iterator const& other) const {
            return path_.empty() ? other.path_.empty() : !other.path_.empty() && path_.back() == other.path_.back();
        }

      private:
        friend class SharedMap;
        std::vector<Node const*> path_;  // what is still to come, the nearest last
    };

    Iterator begin() const { return lower_bound({}); }
    Iterator end() const { return {}; }
    // First entry whose key is not below.
    Iterator lower_bound(std::string_view key) const {
        return first([&](std::string_view held) { return held >= key; });
    }
    // First entry whose key is above.
    Iterator upper_bound(std::string_view key) const {
        return first([&](std::string_view held) { return held > key; });
    }

    // Null when there is none.
    Value const* find(std::string_view key) const {
        for (Node const* node = root_.get(); node;) {
            int const order = key.compare(node->entry->first);
            if (order == 0) return &node->entry->second;
            node = (order < 0 ? node->left : node->right).get();
        }
        return nullptr;
    }
    bool contains(std::string_view key) const { return find(key) != nullptr; }
    bool empty() const { return !root_; }

    // Adds or replaces.
    void put(std::string_view key, Value value) {
        auto entry = std::make_shared<Entry const>(std::string(key), std::move(value));
        root_ = with(root_, entry, rank_of(key));
    }
    void erase(std::string_view key) {
        if (contains(key)) root_ = without(root_, key);
    }

  private:
    template <class Fits>
    Iterator first(Fits&& fits) const {
        Iterator found;
        for (Node const* node = root_.get(); node;) {
            bool const here = fits(node->entry->first);
            if (here) found.path_.push_back(node);
            node = (here ? node->left : node->right).get();
        }
        return found;
    }

    static uint64_t rank_of(std::string_view key) {
        uint64_t x = std::hash<std::string_view>()(key) + 0x9e3779b97f4a7c15;
        x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
        return x ^ (x >> 27);
    }
    static Link make(EntryLink entry, uint64_t rank, Link left, Link right) {
        return std::make_shared<Node const>(Node{std::move(entry), rank, std::move(left), std::move(right)});
    }

    static Link with(Link const& node, EntryLink const& entry, uint64_t rank) {
        if (!node) return make(entry, rank, nullptr, nullptr);
        int const order = entry->first.compare(node->entry->first);
        if (order == 0) return make(entry, node->rank, node->left, node->right);
        if (order < 0) {
            Link left = with(node->left, entry, rank);
            if (left->rank <= node->rank) return make(node->entry, node->rank, std::move(left), node->right);
            Link below = make(node->entry, node->rank, left->right, node->right);
            return make(left->entry, left->rank, left->left, std::move(below));
        }
        Link right = with(node->right, entry, rank);
        if (right->rank <= node->rank) return make(node->entry, node->rank, node->left, std::move(right));
        Link below = make(node->entry, node->rank, node->left, right->left);
        return make(right->entry, right->rank, std::move(below), right->right);
    }

    static Link without(Link const& node, std::string_view key) {  // the key is there
        int const order = key.compare(node->entry->first);
        if (order == 0) return joined(node->left, node->right);
        if (order < 0) return make(node->entry, node->rank, without(node->left, key), node->right);
        return make(node->entry, node->rank, node->left, without(node->right, key));
    }

    static Link joined(Link const& left, Link const& right) {
        if (!left) return right;
        if (!right) return left;
        if (left->rank > right->rank) return make(left->entry, left->rank, left->left, joined(left->right, right));
        return make(right->entry, right->rank, joined(left, right->left), right->right);
    }

    Link root_;
};

}  // namespace ingot::registry
