'use client';

import type { Picture } from '@cowrite/contract';
import { useQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import { studioConfig } from '../api/call.ts';

/** A picture in the size that its place needs. `onStale`: its addresses have run out, and whoever asked for them asks again. */
export function PictureView({ picture, alt, sizes, className, onStale }: { picture: Picture; alt: string; sizes: string; className?: string; onStale: () => void }) {
  const config = useQuery({ queryKey: ['config'], queryFn: studioConfig, staleTime: Infinity });
  const asked = useRef('');
  const smallest = picture.variants[0];
  if (!config.data || !smallest) return null;
  const at = (path: string) => config.data.mediaUrl + path;
  return (
    <img
      className={className}
      src={at(smallest.path)}
      srcSet={picture.variants.map(({ path, width }) => `${at(path)} ${width}w`).join(', ')}
      sizes={sizes}
      width={picture.width}
      height={picture.height}
      alt={alt}
      loading="lazy"
      decoding="async"
      onError={() => {
        // Once for an address: a picture that may not be seen would be asked for without end.
        if (asked.current === smallest.path) return;
        asked.current = smallest.path;
        onStale();
      }}
    />
  );
}
