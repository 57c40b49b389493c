// A new file for an API key, readable by its owner alone, made before the key is asked for: a key is shown once, and a
// file that cannot be written must not cost one.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace ingot::app {

class KeyFile {
  public:
    // Exists when there is a file of this name, Usage when it cannot be made.
    static Result<KeyFile> create(std::string const& path);
    KeyFile(KeyFile&& other) noexcept;
    KeyFile& operator=(KeyFile&&) = delete;
    ~KeyFile();  // takes the file away again unless it was kept

    // Writes the key and a line end, synced to disk.
    Result<void> keep(std::string_view key);

  private:
    KeyFile(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}
    std::string path_;
    int descriptor_ = -1;
    bool kept_ = false;
};

}  // namespace ingot::app
