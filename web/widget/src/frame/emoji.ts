/** A small set, by how often people use them with a shop or a service. */
export const EMOJI = (
  '😀 😂 😊 🙂 😉 😍 😘 😎 🤔 😅 😢 😭 😡 😱 🤯 😴 ' +
  '👍 👎 👌 👏 🙏 💪 👋 🤝 🤞 ✌️ 🙌 🤷 ❤️ 💔 💯 ✨ ' +
  '🎉 🎁 🔥 ⭐ ✅ ❌ ❗ ❓ 💡 📦 🚚 🛒 💳 📷 📍 📞 ' +
  '☀️ 🌧️ ☕ 🍕 🌸 🐶 🐱 🏠'
).split(' ');
