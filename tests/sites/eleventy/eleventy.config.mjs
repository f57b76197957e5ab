import { feedPlugin } from "@11ty/eleventy-plugin-rss";

export default function (config) {
  config.addPlugin(feedPlugin, {
    type: "atom",
    outputPath: "/feed.xml",
    collection: { name: "posts", limit: 0 },
    metadata: {
      language: "en",
      title: "Bread book",
      subtitle: "One loaf a week",
      base: "https://eleventy.example/",
      author: { name: "Noor Blom" },
    },
  });
}
