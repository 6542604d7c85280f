/// A kind of file that is often handed over in place of safetensors, known by its first bytes.
public enum ForeignFormat: Hashable, Sendable, CaseIterable {
  /// A PyTorch checkpoint of 1.6 and later, or another zip archive.
  case zip
  /// A PyTorch checkpoint before 1.6, or another Python pickle.
  case pickle
  /// HDF5, as Keras writes it.
  case hdf5
  /// GGUF, as llama.cpp reads it.
  case gguf
  /// A NumPy array.
  case numpy
  /// The stand-in that Git leaves when Git LFS has not fetched the file.
  case gitLFSPointer
  /// A PNG image.
  case png
  /// A page of HTML, such as the error page of a failed download.
  case html

  /// The first bytes of such a file.
  var signature: [UInt8] {
    switch self {
    case .zip: Array("PK\u{3}\u{4}".utf8)
    case .pickle: [0x80]
    case .hdf5: [0x89] + Array("HDF".utf8)
    case .gguf: Array("GGUF".utf8)
    case .numpy: [0x93] + Array("NUMPY".utf8)
    case .gitLFSPointer: Array("version https://git-lfs".utf8)
    case .png: [0x89] + Array("PNG".utf8)
    case .html: Array("<".utf8)
    }
  }

  /// Bytes that tell every one of these formats.
  static var longestSignature: Int { allCases.reduce(0) { max($0, $1.signature.count) } }

  /// Recognises a format by the first bytes of a file; meaningful only where they are no safetensors header.
  init?(prefix: some Collection<UInt8>) {
    let match = Self.allCases.first { prefix.starts(with: $0.signature) }
    guard let match else { return nil }
    self = match
  }

  var name: String {
    switch self {
    case .zip: "a PyTorch checkpoint (.pth) or another zip archive"
    case .pickle: "a PyTorch checkpoint of before 1.6 or another Python pickle"
    case .hdf5: "an HDF5 file, as Keras writes it"
    case .gguf: "a GGUF file"
    case .numpy: "a NumPy array"
    case .gitLFSPointer: "a Git LFS pointer, not the file itself"
    case .png: "a PNG image"
    case .html: "an HTML or XML page"
    }
  }

  var remedy: String {
    switch self {
    case .zip, .pickle:
      "convert it in Python: safetensors.torch.save_file(torch.load(path, weights_only=True), \"weights.safetensors\")"
    case .hdf5, .gguf, .numpy: "convert it to safetensors with the tool that wrote it"
    case .gitLFSPointer: "fetch the file with git lfs pull"
    case .html: "download the file again and look at what the server answers"
    case .png: "name a .safetensors file"
    }
  }
}
